import { errors, jwtVerify, SignJWT } from 'jose';
import { type Role, roles, type Viewer, viewer } from './viewer.ts';

/** Nobody is signed in, or what was shown is no good; the message says what to send. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
}

export type Authenticate = (authorization: string | undefined) => Promise<Viewer>;

/**
 * Reads `Authorization: Bearer <JWT>` (RFC 6750, RFC 7519): HS256 under `secret`, with `sub`, `roles` (any of
 * `customer`, `partner`, `operator`) and, for customers, `email`; `exp` and `nbf` are honoured with 30 s of tolerance.
 * Rejects with Unauthenticated.
 */
export function authenticateByJwt(secret: string): Authenticate {
  const key = new TextEncoder().encode(secret);
  return async (authorization) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw new Unauthenticated('Sign in: send the header “Authorization: Bearer <token>”.');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      requiredClaims: ['sub'],
      clockTolerance: 30,
    }).catch((error: unknown) => {
      const expired = error instanceof errors.JWTExpired;
      throw new Unauthenticated(expired ? 'The token has expired; get a new one.' : 'The token is not valid.');
    });
    return viewerOf(payload);
  };
}

function viewerOf({
  sub,
  email,
  roles: claimed,
  exp,
}: {
  sub?: string;
  exp?: number;
  [claim: string]: unknown;
}): Viewer {
  const given = Array.isArray(claimed) ? roles.filter((role) => claimed.includes(role)) : [];
  if (!sub || given.length === 0) {
    throw new Unauthenticated(`The token needs a “sub” and “roles” with any of ${roles.join(', ')}.`);
  }
  if (email !== undefined && typeof email !== 'string') throw new Unauthenticated('The token’s “email” is no text.');
  return viewer(sub, email, given, exp === undefined ? undefined : exp * 1_000);
}

/** A token as `authenticateByJwt` takes it, for development and tests. */
export function signToken(
  secret: string,
  { subject, email, roles: given }: { subject: string; email?: string; roles: readonly Role[] },
  lifetime: string,
): Promise<string> {
  return new SignJWT({ roles: given, ...(email === undefined ? {} : { email }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(new TextEncoder().encode(secret));
}
