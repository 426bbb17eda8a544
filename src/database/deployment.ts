import { randomUUID } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { rejectAsUnusable } from './unusable-database.ts';

/** This database among others that share a Redis, a bench or a data folder with it; one row. */
export const DeploymentSchema = defineEntity({
  name: 'Deployment',
  tableName: 'deployment',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    /** Always true and unique, so that there is one row. */
    isThis: p.boolean().default(true).unique(),
    /** Where the database was when a process last started on it: the cluster's system identifier, where that may be read, */
    cluster: p.text().nullable(),
    /** and the database's number (oid) in that cluster. */
    database: p.text(),
  },
});

export interface Deployment {
  /** Random, and no other database's: queues and channels in Redis are called by it. */
  readonly id: string;
  /** What was given new identities just now, because the database was copied or moved to where it is. */
  readonly renewed?: { readonly companies: number; readonly mails: number };
}

/**
 * Which deployment this database is. A copy (a dump that was restored elsewhere, a template) bears the identities of the
 * rows that it was copied from, and the first one may live on. So a database that finds itself in another place than
 * before takes a new id, and gives new identities to whatever is not finished: companies that are not ACTIVE, and mails that
 * were not sent. A standby that takes over has its primary's place. `moved` says that there is no first one any more:
 * everything keeps its identity.
 */
export const openDeployment = (em: SqlEntityManager, { moved }: { readonly moved: boolean }): Promise<Deployment> =>
  em
    .fork()
    .transactional((transaction) => settle(transaction, moved))
    .catch(rejectAsUnusable);

async function settle(transaction: SqlEntityManager, moved: boolean): Promise<Deployment> {
  const place = await readPlace(transaction);
  await transaction.execute(
    'insert into deployment (is_this, cluster, database) values (true, ?, ?) on conflict do nothing',
    [place.cluster, place.database],
  );
  // Of several processes that start at once the first one renews, and the others wait for it here.
  const [row] = await transaction.execute<(Place & { id: string })[]>('select * from deployment for update');
  if (!row) throw new Error('The table deployment has lost its row while it was read.');
  const isHere = row.database === place.database && (row.cluster ?? place.cluster) === (place.cluster ?? row.cluster);
  const isCopy = !isHere && !moved;
  const id = isCopy ? randomUUID() : row.id;
  const cluster = place.cluster ?? (isHere ? row.cluster : null);
  await transaction.execute('update deployment set id = ?, cluster = ?, database = ?', [id, cluster, place.database]);
  return isCopy ? { id, renewed: await renewIdentities(transaction) } : { id };
}

interface Place {
  readonly cluster: string | null;
  readonly database: string;
}

async function readPlace(em: SqlEntityManager): Promise<Place> {
  const [here] = await em.execute<{ database: string; may_ask: boolean }[]>(
    `select oid::text as database, has_function_privilege('pg_control_system()', 'execute') as may_ask
     from pg_database where datname = current_database()`,
  );
  if (!here) throw new Error('PostgreSQL does not list the database that it serves.');
  if (!here.may_ask) return { cluster: null, database: here.database };
  const [control] = await em.execute<{ cluster: string }[]>(
    'select system_identifier::text as cluster from pg_control_system()',
  );
  return { cluster: control?.cluster ?? null, database: here.database };
}

async function renewIdentities(em: SqlEntityManager): Promise<{ companies: number; mails: number }> {
  const [counts] = await em.execute<{ companies: number; mails: number }[]>(`
    with renewed_company as (
      update company set identity = gen_random_uuid() where status <> 'ACTIVE' returning true
    ), renewed_mail as (
      update outbox_mail set id = gen_random_uuid() where state <> 'SENT' returning true
    ), first_ones_worker as (
      update worker set alive_until = now()
    )
    select (select count(*)::int from renewed_company) as companies, (select count(*)::int from renewed_mail) as mails`);
  return counts ?? { companies: 0, mails: 0 };
}
