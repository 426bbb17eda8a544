import assert from 'node:assert/strict';
import { cancelCompany } from '../../src/company/cancel-company.ts';
import type { CompanyId } from '../../src/company/company-id.ts';
import { createCompany } from '../../src/company/create-company.ts';
import { queueCompany } from '../../src/company/queue-company.ts';
import { ConnectionLost } from '../support/faulty-database.ts';
import { requestFor } from '../support/test-service.ts';
import type { Actors } from './actors.ts';
import type { ClientPlan } from './scenario.ts';

/**
 * Lets clients send the planned requests, each under a key of its own, and then queue and cancel as planned. Returns for each the
 * companies that its answers name, and calls `onCompany` for every answer.
 */
export function sendRequests(
  actors: Actors,
  plans: readonly ClientPlan[],
  onCompany: (id: CompanyId) => void,
): readonly (readonly CompanyId[])[] {
  return plans.map((plan, number) => {
    const answers: CompanyId[] = [];
    const ask = async (): Promise<CompanyId> => {
      const id = await place(actors, plan, number);
      answers.push(id);
      onCompany(id);
      return id;
    };
    if (plan.twice) actors.simulation.start(async () => void (await ask()));
    actors.simulation.start(async () => makeMoves(actors, plan, await ask()));
    return answers;
  });
}

/** Repeats the request under the same key until it is answered. */
async function place(
  { store, simulation, notifier }: Actors,
  { draft }: ClientPlan,
  number: number,
): Promise<CompanyId> {
  const deps = { ...store.deps, db: simulation.dbOf('a client'), notifier };
  const input = requestFor(`site-${number}.localhost`, { draft, idempotencyKey: `plan-${number}` });
  for (;;) {
    try {
      const outcome = await createCompany(deps, store.jane, input);
      return outcome.kind === 'created' ? outcome.company.id : assert.fail(outcome.kind);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
  }
}

const moves = { queue: queueCompany, cancel: cancelCompany };

async function makeMoves({ store, simulation, notifier }: Actors, plan: ClientPlan, id: CompanyId): Promise<void> {
  for (const wanted of plan.moves) {
    await simulation.turn(`a client wants to ${wanted}`);
    await moves[wanted]({ db: simulation.dbOf('a client'), notifier }, store.jane, id);
  }
}

/** Queues every company that has failed. */
export async function retryFailed({ store, notifier }: Actors): Promise<void> {
  const failed = await store.em.execute<{ id: CompanyId }[]>(`select id from company where status = 'FAILED'`);
  for (const { id } of failed) await queueCompany({ db: store.db, notifier }, store.jane, id);
}
