import { authenticateByJwt, type TokenRules, Unauthenticated } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { type Revocations, revoked } from './revoked-tokens.ts';
import type { SignInLink } from './sign-in-link.ts';
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

/** Knows people by their tokens, and the developer by the link. */
export function openAccess(rules: TokenRules, revocations: Revocations, developer?: Developer): Access {
  const authenticate = authenticateByJwt(rules);
  return {
    async identify(caller) {
      if (developer?.link.admits(caller)) return developer.viewer;
      if (developer && caller.authorization === undefined) throw new Unauthenticated('NO_TOKEN', openTheLink);
      const viewer = await authenticate(caller.authorization);
      if (revocations.includes(viewer)) throw revoked();
      return viewer;
    },
  };
}
