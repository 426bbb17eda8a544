import { type ClientBase, escapeLiteral } from 'pg';
import { type SessionSettings, startUpMark } from './session-settings.ts';

/** The server takes no writes, so it is not the one that the service needs. */
export class ReadOnlyServer extends Error {
  override readonly name = 'ReadOnlyServer';
  readonly isStandby: boolean;

  constructor(isStandby: boolean) {
    super(isStandby ? 'it is a standby, which takes no writes' : 'it takes no writes: transaction_read_only is on');
    this.isStandby = isStandby;
  }
}

/** A database that the service cannot keep its data in, however often it connects. */
export class UnsuitableDatabase extends Error {
  override readonly name = 'UnsuitableDatabase';
}

const oldestVersion = 14;

interface Session {
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly encoding: string;
  readonly version: number;
  readonly mark: string | null;
  readonly settings: readonly (string | null)[];
}

/**
 * Looks at a session that has just begun. Rejects unless its server takes writes and its database can hold all text.
 * Resolves to whether the settings hold for the whole session; a connection pooler may have refused or dropped them.
 */
export async function inspectSession(client: ClientBase, settings: SessionSettings): Promise<boolean> {
  const shown = Object.keys(settings).map((name) => `current_setting(${escapeLiteral(name)}, true)`);
  const { rows } = await client.query<Session>(`
    select pg_is_in_recovery() as "isStandby", current_setting('transaction_read_only') = 'on' as "isReadOnly",
      current_setting('server_encoding') as encoding, current_setting('server_version_num')::int / 10000 as version,
      current_setting('${startUpMark.name}', true) as mark, array[${shown.join()}] as settings`);
  const [session] = rows;
  if (!session) throw new UnsuitableDatabase('What answers is not PostgreSQL');
  if (session.version < oldestVersion)
    throw new UnsuitableDatabase(`It is PostgreSQL ${session.version}; ${oldestVersion} or newer is needed`);
  if (session.encoding !== 'UTF8')
    throw new UnsuitableDatabase(
      `The database's encoding is ${session.encoding}, which cannot hold every name. Create it with encoding 'UTF8'`,
    );
  if (session.isStandby || session.isReadOnly) throw new ReadOnlyServer(session.isStandby);
  return (
    session.mark === startUpMark.value ||
    Object.values(settings).every((value, index) => session.settings[index] === value)
  );
}

/** Whether a session's server, or the settings of its database or role, have come to refuse writes since. */
export async function refusesWrites(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ refuses: boolean }>(
    `select current_setting('transaction_read_only') = 'on' as refuses`,
  );
  return rows[0]?.refuses ?? true;
}
