import { Unauthenticated } from './authenticate.ts';
import { clockTolerance } from './clock-tolerance.ts';
import type { Viewer } from './viewer.ts';

/** What was revoked: one token, all that a subject had by then, or an API key. */
export type RevokedTokens =
  | { readonly kind: 'TOKEN'; readonly tokenId: string }
  | { readonly kind: 'SUBJECT'; readonly subject: string; readonly revokedAt: Date }
  | { readonly kind: 'API_KEY'; readonly apiKey: string };

/** Which tokens count no more, as this process knows it. */
export interface Revocations {
  /** The whole list, in place of the one before. */
  replace(list: readonly RevokedTokens[]): void;
  includes(viewer: Viewer): boolean;
  /** The API keys of those who are watched. */
  apiKeysInUse(): readonly string[];
  /** Calls `onRevoked` once when the viewer's token is revoked, unless the returned function was called before. */
  watch(viewer: Viewer, onRevoked: () => void): () => void;
}

const tokenRevoked = 'Your token has been revoked; sign in again.';
const apiKeyRevoked = 'This API key has been revoked; use another one.';

export const revoked = ({ apiKey }: Pick<Viewer, 'apiKey'>): Unauthenticated =>
  apiKey === undefined
    ? new Unauthenticated('TOKEN_REVOKED', tokenRevoked)
    : new Unauthenticated('API_KEY_REVOKED', apiKeyRevoked);

export function openRevocations(): Revocations {
  let tokenIds: ReadonlySet<string> = new Set();
  let subjects: ReadonlyMap<string, number> = new Map();
  let apiKeys: ReadonlySet<string> = new Set();
  const watchers = new Map<() => void, Viewer>();

  /** A token that does not say when it was issued may be an old one. Who has no token is not in the list. */
  function includes({ subject, tokenId, apiKey, issuedAt = 0, until }: Viewer): boolean {
    if (until === undefined) return false;
    if (tokenId !== undefined && tokenIds.has(tokenId)) return true;
    if (apiKey !== undefined && apiKeys.has(apiKey)) return true;
    const revokedAt = subjects.get(subject);
    return revokedAt !== undefined && issuedAt <= revokedAt + clockTolerance * 1_000;
  }

  return {
    replace(list) {
      tokenIds = new Set(list.flatMap((one) => (one.kind === 'TOKEN' ? one.tokenId : [])));
      subjects = new Map(
        list.flatMap((one) => (one.kind === 'SUBJECT' ? [[one.subject, one.revokedAt.getTime()]] : [])),
      );
      apiKeys = new Set(list.flatMap((one) => (one.kind === 'API_KEY' ? one.apiKey : [])));
      for (const [notify, viewer] of watchers) if (includes(viewer)) notify();
    },
    includes,
    apiKeysInUse: () => [...new Set(watchers.values().flatMap(({ apiKey }) => (apiKey === undefined ? [] : [apiKey])))],
    watch(viewer, onRevoked) {
      // Of its own, so that one function may watch for two viewers.
      const notify = (): void => {
        watchers.delete(notify);
        onRevoked();
      };
      if (includes(viewer)) queueMicrotask(notify);
      else watchers.set(notify, viewer);
      return () => watchers.delete(notify);
    },
  };
}
