import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { dataDir as prepopulatedCluster } from '@electric-sql/pglite-prepopulatedfs';
import { createPostgreSqlTypeParsers } from '@mikro-orm/sql';
import { PgliteCannotStart } from './cannot-start.ts';
import { lockFolder } from './folder-lock.ts';
import { makeFolder, makePrivateFolder } from './make-folder.ts';

export interface EmbeddedPostgres {
  /** For MikroORM: `driverOptions.pglite: async () => pglite`. It does not close an instance that it was given. */
  readonly pglite: PGlite;
  /** Ends the database and frees its folder. May be called twice. */
  close(): Promise<void>;
}

/**
 * PostgreSQL in this process (PGlite), kept in `<dataDir>/postgres`; without `dataDir` in memory only.
 * It is one connection: a query on another connection waits while a transaction is open, and one from within that transaction waits forever.
 * Throws FolderInUseError while another process has the folder open: two of them would lose rows without a word. Rejects
 * with PgliteCannotStart when the folder or its disk cannot be used.
 */
export async function openPglite(dataDir: string | undefined): Promise<EmbeddedPostgres> {
  if (dataDir === undefined) {
    const pglite = await PGlite.create({ loadDataDir: await prepopulatedCluster(), extensions, parsers });
    return { pglite, close: () => closeOnce(pglite) };
  }
  const folder = resolve(dataDir, 'postgres');
  makeFolder(resolve(dataDir));
  const unlock = lockFolder(
    folder,
    'Set DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL server that both can share.',
  );
  try {
    const pglite = await openCluster(folder);
    return { pglite, close: () => closeOnce(pglite).finally(unlock) };
  } catch (error) {
    unlock();
    throw new PgliteCannotStart(folder, error);
  }
}

async function openCluster(folder: string): Promise<PGlite> {
  // A first start that was killed leaves half a cluster, which never held anybody's data.
  const unfinished = `${folder}.first-start`;
  if (existsSync(unfinished)) rmSync(folder, { recursive: true, force: true });
  makePrivateFolder(folder);
  if (existsSync(join(folder, 'PG_VERSION'))) return PGlite.create({ dataDir: folder, extensions, parsers });

  writeFileSync(unfinished, '');
  const pglite = await PGlite.create({
    dataDir: folder,
    loadDataDir: await prepopulatedCluster(),
    extensions,
    parsers,
  });
  rmSync(unfinished);
  return pglite;
}

async function closeOnce(pglite: PGlite): Promise<void> {
  if (!pglite.closed) await pglite.close();
}

/** Those that the service uses where a server has them. */
const extensions = { pg_trgm };

// What MikroORM's driver sets on the instances that it makes itself, but moments are Dates, since queries read rows as they are.
const parsers = {
  ...createPostgreSqlTypeParsers((text) => types.arrayParser(text, (item: string) => item, 0)),
  [types.TIMESTAMPTZ]: (text: string) => new Date(text),
};
