import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';

/** Gives the key that a token's header names. Rejects with KeysUnavailable while there are none to look at. */
export type KeySet = JWTVerifyGetKey;

/** No keys have been fetched since this process started, so no token can be verified. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  override readonly message = 'Tokens cannot be checked now; try again in a moment.';
}

/** All in milliseconds: how old keys may become, and how often they are asked for at most. */
const freshFor = 300_000;
const pauseBetweenFetches = 10_000;
const fetchLimit = 5_000;
const largestKeySet = 200_000;

/**
 * The public keys at `url` (RFC 7517): fetched with the first token, every five minutes that tokens come, and for an
 * unknown key id. Earlier keys stay valid while `url` is unavailable, which is reported to `onError`.
 */
export function openKeySet(url: string, onError: (error: Error) => void): KeySet {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: fetchLimit,
    [customFetch]: boundedFetch,
  });
  let local: ReturnType<typeof createLocalJWKSet> | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function fetchKeys(): Promise<void> {
    askedAt = performance.now();
    try {
      await remote.reload();
      local = createLocalJWKSet(remote.jwks() ?? { keys: [] });
      fetchedAt = performance.now();
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
  /** Callers during a fetch share its result; after a failure there is a pause before the next fetch. */
  async function refresh(): Promise<void> {
    if (!asking && performance.now() - askedAt < pauseBetweenFetches) return;
    asking ??= fetchKeys().finally(() => {
      asking = undefined;
    });
    await asking;
  }

  return async (header, token) => {
    if (performance.now() - fetchedAt > freshFor) await refresh();
    if (!local) throw new KeysUnavailable();
    try {
      return await local(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const before = fetchedAt;
      await refresh();
      if (fetchedAt === before) throw error;
      return local(header, token);
    }
  };
}

async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestKeySet) throw new Error(`The key set is larger than ${largestKeySet} bytes.`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
}
