import { type RawBuilder, sql } from 'kysely';
import type { SecretBox, SecretKey } from '../secrets/secret-box.ts';
import type { Db } from './tables.ts';

/** A key of SECRET_KEYS, and how many secrets in the database can be opened with no other. */
export interface NeededKey {
  readonly id: string;
  readonly secrets: number;
}

/** Where secrets are sealed: a column, and the one whose value each is sealed for. */
const places = [
  { table: 'company', sealed: 'sealed_password', owner: 'site_name' },
  { table: 'webhook_endpoint', sealed: 'sealed_secret', owner: 'id' },
  { table: 'webhook_endpoint', sealed: 'sealed_previous_secret', owner: 'id' },
] as const;
type Place = (typeof places)[number];

/** The key id in a sealed secret: the part before the first dot (`secret-box.ts`). */
const keyId = ({ sealed }: Place): RawBuilder<string> => sql<string>`split_part(${sql.raw(sealed)}, '.', 1)`;

/** The keys that the database needs, by one statement. */
export async function neededKeys(db: Db): Promise<NeededKey[]> {
  const counts = places.map(
    (place) => sql`
      (select ${keyId(place)} as id, count(*) as secrets from ${sql.table(place.table)}
       where ${sql.ref(place.sealed)} is not null group by 1)`,
  );
  const { rows } = await sql<NeededKey>`
    select id, sum(secrets)::int as secrets from (${sql.join(counts, sql` union all `)}) as counted
    group by id order by id`.execute(db);
  return rows;
}

const batch = 100;

/**
 * Encrypts again, under the newest key, every secret that is under another key. The service may be running: a secret that
 * it erases or changes stays as the service left it. Resolves to the number of secrets; rejects with MissingKey.
 */
export async function resealSecrets(db: Db, secrets: SecretBox, newest: SecretKey): Promise<number> {
  let resealed = 0;
  for (const place of places) resealed += await resealPlace(db, place, secrets, newest);
  return resealed;
}

async function resealPlace(db: Db, place: Place, secrets: SecretBox, newest: SecretKey): Promise<number> {
  const [table, column, owner] = [sql.table(place.table), sql.ref(place.sealed), sql.ref(place.owner)];
  let resealed = 0;
  for (let position = '0'; ; ) {
    const { rows } = await sql<{ position: string; owner: string; sealed: string }>`
      select position, ${owner} as owner, ${column} as sealed from ${table}
      where position > ${position}::bigint and ${column} is not null and ${keyId(place)} <> ${newest.id}
      order by position limit ${batch}`.execute(db);
    for (const row of rows) {
      const sealed = secrets.seal(secrets.open(row.sealed, row.owner), row.owner);
      const { numAffectedRows = 0n } = await sql`
        update ${table} set ${column} = ${sealed}
        where position = ${row.position}::bigint and ${column} = ${row.sealed}`.execute(db);
      resealed += Number(numAffectedRows);
    }
    const last = rows.at(-1);
    if (!last) return resealed;
    position = String(last.position);
  }
}
