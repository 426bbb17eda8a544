import { timingSafeEqual } from 'node:crypto';
import { oneBatchAtATime } from '../common/one-batch-at-a-time.ts';
import { openPerMinute } from '../common/per-minute.ts';
import type { Db } from '../company/tables.ts';
import { readApiKey } from './api-key-text.ts';
import { type ApiKeyRow, findApiKeysById, noteUse } from './api-keys.ts';
import { Unauthenticated } from './authenticate.ts';
import { KeysUnavailable } from './key-set.ts';
import { type Revocations, revoked } from './revoked-tokens.ts';
import { type Viewer, viewer } from './viewer.ts';

/** Knows who comes with which API key. */
export interface ApiKeyRing {
  /** Who comes with this key from this network. Rejects with Unauthenticated, TooManyUnknownKeys or KeysUnavailable. */
  identify(text: string, network: string | undefined): Promise<Viewer>;
  /** Rejects in the same way unless the key that this viewer's stream token was made with is valid. */
  assertValid(viewer: Viewer, network: string | undefined): Promise<void>;
}

/** So many unknown keys came from one network that no further one is looked for. */
export class TooManyUnknownKeys extends Error {
  override readonly name = 'TooManyUnknownKeys';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('Too many unknown API keys came from your network; try again in a minute.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** How many keys are remembered, unknown ones too, and how long, in milliseconds. */
const mostRemembered = 1_000;
const rememberedFor = 4_000;
/** How many unknown keys of one network are looked for within a minute. */
const mostUnknown = 60;

interface Remembered {
  readonly row: ApiKeyRow | undefined;
  readonly until: number;
  readonly unwatch: () => void;
}

/**
 * A key that was looked for is remembered for a few seconds, and those that were not are looked for by one statement at a time:
 * calm requests cost no statement, and unknown keys, however many come, no more than that one.
 */
export function openApiKeyRing(db: Db, revocations: Revocations, onError: (error: Error) => void): ApiKeyRing {
  const memory = new Map<string, Remembered>();
  const searches = new Map<string, Promise<ApiKeyRow | undefined>>();
  const unknown = openPerMinute();
  const load = oneBatchAtATime((ids: readonly string[]) => findApiKeysById(db, ids));

  function forget(id: string): void {
    memory.get(id)?.unwatch();
    memory.delete(id);
  }

  function remember(id: string, row: ApiKeyRow | undefined): void {
    forget(id);
    const [oldest] = memory.keys();
    if (memory.size >= mostRemembered && oldest !== undefined) forget(oldest);
    const unwatch = row ? revocations.watch(viewerOf(row), () => memory.delete(id)) : () => false;
    memory.set(id, { row, until: performance.now() + rememberedFor, unwatch });
  }

  async function search(id: string, network: string): Promise<ApiKeyRow | undefined> {
    const wasKnown = memory.get(id)?.row !== undefined;
    const seconds = wasKnown ? undefined : unknown.count(network, mostUnknown);
    if (seconds !== undefined) throw new TooManyUnknownKeys(seconds);
    const row = await load(id).catch((error: Error) => {
      onError(error);
      throw new KeysUnavailable();
    });
    if (row && !wasKnown) unknown.uncount(network);
    remember(id, row);
    return row;
  }

  async function find(id: string, network: string): Promise<ApiKeyRow | undefined> {
    const remembered = memory.get(id);
    if (remembered && performance.now() < remembered.until) return remembered.row;
    const begun = searches.get(id) ?? search(id, network).finally(() => searches.delete(id));
    searches.set(id, begun);
    return begun;
  }

  async function findValid(id: string, network = ''): Promise<ApiKeyRow> {
    const row = await find(id, network);
    if (!row) throw invalid();
    if (row.revoked_at) throw revoked({ apiKey: id });
    if (row.expires_at.getTime() <= Date.now())
      throw new Unauthenticated('API_KEY_EXPIRED', 'This API key has expired; use a new one.');
    return row;
  }

  return {
    async identify(text, network) {
      const key = readApiKey(text);
      if (!key) throw new Unauthenticated('API_KEY_INVALID', 'This is not an API key: it has a typo or is incomplete.');
      const row = await findValid(key.id, network);
      if (!timingSafeEqual(Buffer.from(key.digest), Buffer.from(row.digest))) throw invalid();
      if (!row.used_today) noteUse(db, row.id).catch(onError);
      row.used_today = true;
      return viewerOf(row);
    },
    async assertValid({ apiKey }, network) {
      if (apiKey !== undefined) await findValid(apiKey, network);
    },
  };
}

const invalid = (): Unauthenticated => new Unauthenticated('API_KEY_INVALID', 'This API key is not valid.');

/** A key acts for its owner: as an operator with the scope for it, as a partner without. To write includes to read. */
function viewerOf({ id, owner, scopes, expires_at: end, created_at: start }: ApiKeyRow): Viewer {
  const role = scopes.includes('operate') ? 'operator' : 'partner';
  return {
    ...viewer(id, undefined, [role], end.getTime(), { owner, apiKey: id, issuedAt: start.getTime() }),
    scopes: scopes.includes('companies:write') ? [...scopes, 'companies:read'] : scopes,
  };
}
