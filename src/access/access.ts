import type { ApiKeyRing } from './api-key-ring.ts';
import { authenticateByJwt, type TokenRules, Unauthenticated } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { type Revocations, revoked } from './revoked-tokens.ts';
import type { SignInLink } from './sign-in-link.ts';
import { readStreamToken, type Sealing } from './stream-token.ts';
import type { Viewer } from './viewer.ts';

export interface Access {
  /** Who asks; rejects with Unauthenticated. */
  identify(caller: Caller): Promise<Viewer>;
}

/** The viewer of the embedded default, signed in by the link. */
export interface Developer {
  readonly viewer: Viewer;
  readonly link: SignInLink;
}

/** No longer than the 123 bytes of a WebSocket's reason. */
const openTheLink =
  'Sign in: open the link that was printed at start, or send its token: Authorization: Bearer <token>';

/** Knows people by their tokens, programs by their API keys, and the developer by the link. Stream tokens are sealed by `sealing`. */
export function openAccess(
  rules: TokenRules,
  revocations: Revocations,
  apiKeys: ApiKeyRing,
  sealing: Sealing,
  developer?: Developer,
): Access {
  const authenticate = authenticateByJwt(rules);
  const current = (viewer: Viewer): Viewer => {
    if (revocations.includes(viewer)) throw revoked(viewer);
    return viewer;
  };
  return {
    async identify(caller) {
      const { authorization, streamToken, network } = caller;
      if (authorization === undefined && streamToken !== undefined) {
        // It counts instead of the developer's cookie too: it never opens more than its stream.
        const viewer = readStreamToken(sealing, streamToken);
        await apiKeys.assertValid(viewer, network);
        return current(viewer);
      }
      const key = /^Bearer +(cps_\w*)$/i.exec(authorization ?? '')?.[1];
      if (key !== undefined) return apiKeys.identify(key, network);
      if (developer?.link.admits(caller)) return developer.viewer;
      if (developer && authorization === undefined) throw new Unauthenticated('NO_TOKEN', openTheLink);
      return current(await authenticate(authorization));
    },
  };
}
