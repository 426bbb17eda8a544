import assert from 'node:assert/strict';
import { cancelCompany } from '../../src/company/cancel-company.ts';
import type { CompanyId } from '../../src/company/company-id.ts';
import { createCompany } from '../../src/company/create-company.ts';
import { queueCompany } from '../../src/company/queue-company.ts';
import { ConnectionLost } from '../support/faulty-database.ts';
import { requestFor } from '../support/test-service.ts';
import type { Cast } from './cast.ts';
import type { Order } from './scenario.ts';

/**
 * Lets portals place the orders, each under a key of its own, and then wish what they wish. Returns for each order the
 * companies that its answers name, and calls `onCompany` for every answer.
 */
export function placeOrders(
  cast: Cast,
  orders: readonly Order[],
  onCompany: (id: CompanyId) => void,
): readonly (readonly CompanyId[])[] {
  return orders.map((order, number) => {
    const answers: CompanyId[] = [];
    const ask = async (): Promise<CompanyId> => {
      const id = await place(cast, order, number);
      answers.push(id);
      onCompany(id);
      return id;
    };
    if (order.twice) cast.stage.start(async () => void (await ask()));
    cast.stage.start(async () => wish(cast, order, await ask()));
    return answers;
  });
}

/** Asks again, under the same key, as long as there is no answer. */
async function place({ store, stage, notifier }: Cast, { draft }: Order, number: number): Promise<CompanyId> {
  const deps = { ...store.deps, db: stage.dbOf('a portal'), notifier };
  const input = requestFor(`site-${number}.localhost`, { draft, idempotencyKey: `order-${number}` });
  for (;;) {
    try {
      const outcome = await createCompany(deps, store.jane, input);
      return outcome.kind === 'created' ? outcome.company.id : assert.fail(outcome.kind);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
  }
}

const wishes = { queue: queueCompany, cancel: cancelCompany };

async function wish({ store, stage, notifier }: Cast, order: Order, id: CompanyId): Promise<void> {
  for (const wanted of order.wishes) {
    await stage.turn(`a portal wants to ${wanted}`);
    await wishes[wanted]({ db: stage.dbOf('a portal'), notifier }, store.jane, id);
  }
}

/** Queues every company that has failed. */
export async function retryFailed({ store, notifier }: Cast): Promise<void> {
  const failed = await store.em.execute<{ id: CompanyId }[]>(`select id from company where status = 'FAILED'`);
  for (const { id } of failed) await queueCompany({ db: store.db, notifier }, store.jane, id);
}
