import { Unauthenticated } from './authenticate.ts';
import { clockTolerance } from './clock-tolerance.ts';
import type { Viewer } from './viewer.ts';

/** What operators have revoked: one token, or all that a subject had by then. */
export type RevokedTokens =
  | { readonly kind: 'TOKEN'; readonly tokenId: string }
  | { readonly kind: 'SUBJECT'; readonly subject: string; readonly revokedAt: Date };

/** Which tokens count no more, as this process knows it. */
export interface Revocations {
  /** The whole list, in place of the one before. */
  replace(list: readonly RevokedTokens[]): void;
  includes(viewer: Viewer): boolean;
  /** Calls `onRevoked` once when the viewer's token is revoked, unless the returned function was called before. */
  watch(viewer: Viewer, onRevoked: () => void): () => void;
}

export const tokenRevoked = 'Your token has been revoked; sign in again.';
export const revoked = (): Unauthenticated => new Unauthenticated('TOKEN_REVOKED', tokenRevoked);

export function openRevocations(): Revocations {
  let tokenIds: ReadonlySet<string> = new Set();
  let subjects: ReadonlyMap<string, number> = new Map();
  const watchers = new Map<() => void, Viewer>();

  /** A token that does not say when it was issued may be an old one. Who has no token is not in the list. */
  function includes({ subject, tokenId, issuedAt = 0, until }: Viewer): boolean {
    if (until === undefined) return false;
    if (tokenId !== undefined && tokenIds.has(tokenId)) return true;
    const revokedAt = subjects.get(subject);
    return revokedAt !== undefined && issuedAt <= revokedAt + clockTolerance * 1_000;
  }

  return {
    replace(list) {
      tokenIds = new Set(list.flatMap((one) => (one.kind === 'TOKEN' ? one.tokenId : [])));
      subjects = new Map(
        list.flatMap((one) => (one.kind === 'SUBJECT' ? [[one.subject, one.revokedAt.getTime()]] : [])),
      );
      for (const [notify, viewer] of watchers) if (includes(viewer)) notify();
    },
    includes,
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
