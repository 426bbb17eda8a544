import type { KyselyPlugin, QueryId } from 'kysely';
import type { Db } from '../../src/company/tables.ts';

/** What becomes of a statement: it is executed and answered, or executed and the answer gets lost, or it is never sent. */
export const fates = ['answered', 'answer lost', 'never sent'] as const;
export type Fate = (typeof fates)[number];

/** What a statement rejects with whose connection ended; `pg` words it so. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor() {
    super('Connection terminated unexpectedly');
  }
}

/** The database behind `db`, where `fate` decides over each statement, and each answer comes when `arrival` says. */
export function faultyDatabase(db: Db, fate: () => Fate, arrival: () => Promise<void> = () => Promise.resolve()): Db {
  const answersLost = new WeakSet<QueryId>();
  const faults: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const decided = fate();
      if (decided === 'never sent') throw new ConnectionLost();
      if (decided === 'answer lost') answersLost.add(queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      await arrival();
      if (answersLost.has(queryId)) throw new ConnectionLost();
      return result;
    },
  };
  return db.withPlugin(faults);
}

/** One statement meets what it was told to, the next one that is begun; all others are answered. */
export function oneFate(): { readonly fate: () => Fate; meet(fate: Fate): void } {
  let next: Fate = 'answered';
  return {
    fate() {
      const now = next;
      next = 'answered';
      return now;
    },
    meet(fate) {
      next = fate;
    },
  };
}
