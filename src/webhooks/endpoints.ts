import { randomBytes } from 'node:crypto';
import { type Selectable, sql, type UpdateObject } from 'kysely';
import { type Act, recordOf } from '../company/act.ts';
import type { Window } from '../company/find-pages.ts';
import { type Db, inMilliseconds, type Tables } from '../company/tables.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { EndpointSettings } from './endpoint-request.ts';
import type { SentKind } from './message-type.ts';
import { makeSecret, publicKeyOf, type SignatureScheme } from './signing-key.ts';

export type EndpointRow = Selectable<Tables['webhook_endpoint']>;

/** How many endpoints an owner may have. */
export const mostEndpoints = 16;

/** How long the old secret still signs after a rotation, in milliseconds. */
const overlap = 86_400_000;

/** Whose endpoints somebody may see and change: an owner's, or, for operators, everybody's. */
export type Holder = string | undefined;

/** An endpoint, and what its messages are verified with where that is a secret, which is shown this once. */
export interface SignedEndpoint {
  readonly row: EndpointRow;
  readonly secret: string | null;
}

/** What changes made of an endpoint concerns no company. */
const noCompany = sql<null>`null::text`.as('company');
const kindsOf = (kinds: readonly SentKind[]) => sql<SentKind[]>`${[...kinds]}::text[]`;

export interface NewEndpoint extends EndpointSettings {
  readonly owner: string;
  readonly createdBy: string;
  /** HMAC_SHA256 by default. */
  readonly scheme?: SignatureScheme;
}

/** Undefined when the owner has as many as they may. */
export async function createEndpoint(
  { db, secrets }: { readonly db: Db; readonly secrets: SecretBox },
  { owner, createdBy, scheme = 'HMAC_SHA256', url, kinds, description, contactEmail }: NewEndpoint,
  act?: Act,
): Promise<SignedEndpoint | undefined> {
  const id = `we_${randomBytes(12).toString('hex')}`;
  const secret = makeSecret(scheme);
  const endpoint = {
    id,
    owner,
    url,
    kinds: kindsOf(kinds),
    description,
    contact_email: contactEmail,
    sealed_secret: secrets.seal(secret, id),
    public_key: publicKeyOf(secret),
    created_by: createdBy,
  };
  const row = await db
    .with('created', (query) =>
      query
        .insertInto('webhook_endpoint')
        .columns(Object.keys(endpoint) as (keyof typeof endpoint)[]) // it has these alone
        .expression(
          sql`select ${sql.join(Object.values(endpoint))} where webhook_endpoints_held(${owner}) < ${mostEndpoints}`,
        )
        .returningAll()
        .returning(noCompany),
    )
    .with('recorded', () => recordOf(act, 'created', { id: 'company', target: 'id' }))
    .selectFrom('created')
    .selectAll()
    .executeTakeFirst();
  if (row) act?.wasRecorded();
  return row && signedBy(secret, row);
}

/** The endpoint, as it is now; undefined when there is none, or it is another owner's. */
export async function findEndpoint(db: Db, id: string, holder: Holder): Promise<EndpointRow | undefined> {
  return db
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('id', '=', id)
    .$if(holder !== undefined, (query) => query.where('owner', '=', holder ?? ''))
    .executeTakeFirst();
}

/** An owner's endpoints, or everybody's, newest first; read from the end of the window, oldest first. */
export const listEndpoints = (db: Db, holder: Holder, window: Window): Promise<EndpointRow[]> =>
  db
    .selectFrom('webhook_endpoint')
    .selectAll()
    .$if(holder !== undefined, (query) => query.where('owner', '=', holder ?? ''))
    .$if(window.after !== undefined, (query) => query.where('position', '<', BigInt(window.after ?? 0)))
    .$if(window.before !== undefined, (query) => query.where('position', '>', BigInt(window.before ?? 0)))
    .orderBy('position', window.fromEnd ? 'asc' : 'desc')
    .limit(window.limit)
    .execute();

export interface EndpointChanges extends Partial<EndpointSettings> {
  /** Enables or disables it. */
  readonly enabled: boolean | undefined;
}

/** The endpoint, changed; undefined when there is none, or it is another owner's. */
export const updateEndpoint = (
  db: Db,
  id: string,
  holder: Holder,
  { kinds, contactEmail, enabled, ...settings }: EndpointChanges,
  act?: Act,
): Promise<EndpointRow | undefined> =>
  change(db, id, holder, act, {
    // A statement that sets nothing is none.
    id,
    ...settings,
    ...(kinds && { kinds: kindsOf(kinds) }),
    ...(contactEmail !== undefined && { contact_email: contactEmail }),
    ...(enabled === true && {
      disabled_at: null,
      disabled_reason: null,
      failing_since: sql<Date>`case when disabled_at is null then failing_since end`,
    }),
    ...(enabled === false && {
      disabled_at: sql<Date>`coalesce(disabled_at, now())`,
      disabled_reason: sql<'BY_OWNER'>`coalesce(disabled_reason, 'BY_OWNER')`,
    }),
  });

/** Gives it a new secret of the same kind; for a day, messages are signed with the old one too. */
export async function rotateSecret(
  { db, secrets }: { readonly db: Db; readonly secrets: SecretBox },
  id: string,
  holder: Holder,
  act?: Act,
): Promise<SignedEndpoint | undefined> {
  const endpoint = await findEndpoint(db, id, holder);
  if (!endpoint) return undefined;
  const secret = makeSecret(endpoint.public_key === null ? 'HMAC_SHA256' : 'ED25519');
  const row = await change(db, id, holder, act, {
    sealed_secret: secrets.seal(secret, id),
    public_key: publicKeyOf(secret),
    sealed_previous_secret: sql<string>`sealed_secret`,
    previous_secret_until: inMilliseconds(overlap),
  });
  return row && signedBy(secret, row);
}

/** A private key is nobody else's. */
const signedBy = (secret: string, row: EndpointRow): SignedEndpoint => ({
  row,
  secret: row.public_key === null ? secret : null,
});

type Change = UpdateObject<Tables, 'webhook_endpoint'>;

async function change(
  db: Db,
  id: string,
  holder: Holder,
  act: Act | undefined,
  values: Change,
): Promise<EndpointRow | undefined> {
  const row = await db
    .with('changed', (query) =>
      query
        .updateTable('webhook_endpoint')
        .set(values)
        .where('id', '=', id)
        .$if(holder !== undefined, (update) => update.where('owner', '=', holder ?? ''))
        .returningAll()
        .returning(noCompany),
    )
    .with('recorded', () => recordOf(act, 'changed', { id: 'company', target: 'id' }))
    .selectFrom('changed')
    .selectAll()
    .executeTakeFirst();
  if (row) act?.wasRecorded();
  return row;
}

/** False when there is none. What waited for it is given up by a worker, and its deliveries are deleted when they are old. */
export async function deleteEndpoint(db: Db, id: string, holder: Holder, act?: Act): Promise<boolean> {
  const row = await db
    .with('deleted', (query) =>
      query
        .deleteFrom('webhook_endpoint')
        .where('id', '=', id)
        .$if(holder !== undefined, (remove) => remove.where('owner', '=', holder ?? ''))
        .returning('id')
        .returning(noCompany),
    )
    .with('recorded', () => recordOf(act, 'deleted', { id: 'company', target: 'id' }))
    .selectFrom('deleted')
    .select('id')
    .executeTakeFirst();
  if (row) act?.wasRecorded();
  return row !== undefined;
}
