import { findRevokedApiKeys } from '../access/api-keys.ts';
import type { Revocations, RevokedTokens } from '../access/revoked-tokens.ts';
import { type Db, now } from '../company/tables.ts';
import type { Liveness } from '../observability/liveness.ts';
import { type Log, logOnChange } from '../observability/log.ts';

/** How often the list is read, in milliseconds: how long another process may take to honour a revocation. */
const pause = 2_000;

export interface FollowedRevocations {
  /** Reads the list now. A list that cannot be read is read with the next turn. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Keeps a process's list in step with the database; resolves once it was read. While the database is unavailable it stays unchanged. */
export async function followRevocations(
  db: Db,
  revocations: Revocations,
  { liveness, log }: { readonly liveness: Liveness; readonly log: Log },
): Promise<FollowedRevocations> {
  const refresh = async (): Promise<void> => revocations.replace(await readRevoked(db, revocations.apiKeysInUse()));
  await refresh();
  const report = logOnChange((err) => log.warn({ err }, 'could not read revocations, retrying'));
  const repetition = liveness.repeat('revocations', refresh, { pause, onError: ({ message }) => report(message) });
  return { refresh: () => refresh().catch(({ message }: Error) => report(message)), close: () => repetition.close() };
}

/** All revoked tokens, and which of these API keys are revoked. */
async function readRevoked(db: Db, apiKeys: readonly string[]): Promise<RevokedTokens[]> {
  const rows = await db
    .selectFrom('revocation')
    .select(['kind', 'value', 'revoked_at'])
    .where('ends_at', '>', now)
    .execute();
  const keys = apiKeys.length === 0 ? [] : await findRevokedApiKeys(db, apiKeys);
  return [
    ...rows.map(
      ({ kind, value, revoked_at }): RevokedTokens =>
        kind === 'TOKEN' ? { kind, tokenId: value } : { kind, subject: value, revokedAt: revoked_at },
    ),
    ...keys.map((apiKey) => ({ kind: 'API_KEY' as const, apiKey })),
  ];
}
