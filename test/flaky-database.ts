import type { SqlEntityManager } from '@mikro-orm/sql';
import type { KyselyPlugin } from 'kysely';
import { tables } from '../src/company/tables.ts';

/** What becomes of a statement: it is answered; it is executed, and its answer gets lost; or it never reaches the database. */
export type Fate = 'answered' | 'lost' | 'away';

/** An entity manager whose statements meet their fates; `fateOf` is asked for each in turn, with its number from 1 on. */
export function flakyDatabase(em: SqlEntityManager, fateOf: (statement: number) => Fate): SqlEntityManager {
  let statements = 0;
  const lost = new Set<object>();
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      statements += 1;
      const fate = fateOf(statements);
      if (fate === 'away') throw hungUp();
      if (fate === 'lost') lost.add(queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      if (lost.delete(queryId)) throw hungUp();
      return result;
    },
  };
  return Object.create(em, { getKysely: { value: () => tables(em).withPlugin(plugin) } });
}

/** As the driver says it. */
const hungUp = (): Error => new Error('Connection terminated unexpectedly');
