import type { PostgresServer } from './private-servers.ts';
import { queryAt, until } from './processes.ts';

/** Asks a server over a connection of its own. */
export const ask = <Row extends object>({ url }: Pick<PostgresServer, 'url'>, sql: string): Promise<Row[]> =>
  queryAt<Row>(url, sql);

/** From now on the server takes no writes, and keeps its connections. Nothing that it has accepted is left behind. */
export async function makeReadOnly(primary: PostgresServer, standby: PostgresServer): Promise<void> {
  await ask(primary, 'alter system set default_transaction_read_only = on');
  await ask(primary, 'select pg_reload_conf()');
  await until('the old primary takes no writes', async () => {
    const [found] = await ask<{ off: boolean }>(
      primary,
      `select current_setting('transaction_read_only') = 'off' as off`,
    );
    return found?.off === false;
  });
  await until('no write is under way', async () => {
    const writing = await ask(primary, 'select from pg_stat_activity where backend_xid is not null');
    return writing.length === 0;
  });
  await until('the standby has everything', async () => {
    const [end] = await ask<{ lsn: string }>(primary, 'select pg_current_wal_flush_lsn() as lsn');
    const [found] = await ask<{ has: boolean }>(standby, `select pg_last_wal_replay_lsn() >= '${end?.lsn}' as has`);
    return found?.has === true;
  });
}

export async function promote(standby: PostgresServer): Promise<void> {
  await ask(standby, 'select pg_promote()');
}

/** How many connections of the service's a server still has. */
export async function connectionsTo(server: PostgresServer): Promise<number> {
  const rows = await ask(
    server,
    `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  return rows.length;
}
