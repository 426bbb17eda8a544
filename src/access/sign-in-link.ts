import { createHash, timingSafeEqual } from 'node:crypto';
import { type Caller, isOwnPage, isSameMachine } from './caller.ts';

/**
 * Signs in the user of this machine, who alone can read its token: browsers by a link that carries it, and by a cookie
 * from then on; other clients by `Authorization: Bearer <token>`.
 */
export interface SignInLink {
  /** The Set-Cookie header for a browser on this machine that opened the link; undefined when it is not our token. */
  cookieFor(token: string, caller: Caller): string | undefined;
  /** Whether the request carries the token or, from this machine and from a page of ours, the cookie. */
  admits(caller: Caller): boolean;
}

export function openSignInLink(token: string): SignInLink {
  // Other programs on this machine are sent a host's cookies as well, whatever their port: they must not learn the token.
  const pass = createHash('sha256').update(`cookie of ${token}`).digest('hex');
  return {
    cookieFor(shown, caller) {
      if (!isSame(shown, token) || !isSameMachine(caller)) return undefined;
      return `${cookieName(caller)}=${pass}; Path=/; HttpOnly; SameSite=Strict`;
    },
    admits(caller) {
      const { authorization, cookie = '' } = caller;
      if (authorization !== undefined) return isSame(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '', token);
      if (!isSameMachine(caller) || !isOwnPage(caller)) return false;
      const prefix = `${cookieName(caller)}=`;
      const given = cookie.split('; ').find((pair) => pair.startsWith(prefix));
      return given !== undefined && isSame(given.slice(prefix.length), pass);
    },
  };
}

/** Cookies do not know ports: two servers on one machine would sign each other’s users out. */
const cookieName = ({ port }: Caller): string => `company-provisioning-${port}`;

/** Takes the same time wherever the two differ. */
const isSame = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
