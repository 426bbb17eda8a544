import { randomUUID } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyResult, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { ownerOf } from '../company/requester.ts';
import { isApiKeyId } from './api-key-text.ts';
import { claimTextFault } from './claim-text.ts';
import { clockTolerance } from './clock-tolerance.ts';
import type { KeySet } from './key-set.ts';
import { rememberVerified } from './remembered.ts';
import { actsForOthers, type Role, roles, type Viewer, viewer } from './viewer.ts';

/** Why authentication failed. */
export type RefusedLogIn =
  | 'NO_TOKEN'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_REVOKED'
  | 'TOKEN_INVALID'
  | 'CLAIMS_INVALID'
  | 'API_KEY_EXPIRED'
  | 'API_KEY_REVOKED'
  | 'API_KEY_INVALID';

/** No credentials were sent, or invalid ones; the message says what to send. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
  readonly reason: RefusedLogIn;

  constructor(reason: RefusedLogIn, message: string) {
    super(message);
    this.reason = reason;
  }
}

export const tokenExpired = 'The token has expired; get a new one.';

export type Authenticate = (authorization: string | undefined) => Promise<Viewer>;

/** What makes a token valid. */
export interface TokenRules {
  /** Secrets for HS256; the first signs, all verify. */
  readonly secrets: readonly string[];
  /** Public keys, for RS256, ES256 and EdDSA. */
  readonly keySet?: KeySet;
  /** The required issuer (`iss`) and audience (`aud`) of a token; any where it is left out. */
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** The claim that names the tenant whom a partner or an operator acts for; none where it is left out. */
  readonly tenantClaim?: string | undefined;
  /** How far ahead a token's end may be, in seconds. */
  readonly longestLife: number;
}

/**
 * Reads `Authorization: Bearer <JWT>` (RFC 6750, RFC 7519) with `sub`, `roles` (any of `customer`, `partner`,
 * `operator`), `exp` and, for customers, `email`. `nbf` is honoured with 30 s of tolerance, and `exp` with none: nothing
 * begins after a token's end. Rejects with Unauthenticated, and with KeysUnavailable when nobody can say whether the
 * token is good.
 */
export function authenticateByJwt(rules: TokenRules): Authenticate {
  const viewerByToken = rememberVerified(async (token) => {
    const { payload, protectedHeader } = await verify(token, rules).catch((error: unknown) => {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw error instanceof errors.JWTExpired
        ? new Unauthenticated('TOKEN_EXPIRED', tokenExpired)
        : new Unauthenticated('TOKEN_INVALID', 'The token is not valid.');
    });
    return viewerOf(payload, protectedHeader.kid, rules);
  });
  return async (authorization) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) {
      const reason = authorization === undefined ? 'NO_TOKEN' : 'TOKEN_INVALID';
      throw new Unauthenticated(reason, 'Sign in: send the header “Authorization: Bearer <token>”.');
    }
    return viewerByToken(token);
  };
}

/** A key is used for its own algorithms alone: what the header says only chooses among the keys. */
async function verify(token: string, { secrets, keySet, issuer, audience }: TokenRules): Promise<JWTVerifyResult> {
  const expected = {
    requiredClaims: ['sub', 'exp'],
    clockTolerance,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  if (keySet && headerOf(token).alg !== 'HS256') {
    return jwtVerify(token, keySet, { ...expected, algorithms: ['RS256', 'ES256', 'EdDSA'] });
  }
  const keys = secrets.map((secret) => new TextEncoder().encode(secret));
  for (const key of keys) {
    try {
      return await jwtVerify(token, key, { ...expected, algorithms: ['HS256'] });
    } catch (error) {
      // While secrets are rotated, the next one may have signed it.
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function headerOf(token: string): { alg?: string } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new errors.JWTInvalid('Its header cannot be read.');
  }
}

const text = z.string().refine((claim) => claimTextFault(claim) === undefined);

/** What names a token or a key to people who look for it; one that cannot be shown names nothing. */
const name = text.optional().catch(undefined);

/** The claims that are used; each is of its type before anything is done in its name. */
const claims = z.object({
  sub: text.refine((subject) => !isApiKeyId(subject)),
  email: text.optional(),
  // Anything but true is not verified.
  email_verified: z.literal(true).optional().catch(undefined),
  roles: z.array(z.string()),
  jti: name,
  iat: z.number().optional(),
  exp: z
    .number()
    .positive()
    .max(Number.MAX_SAFE_INTEGER / 1_000),
});

function viewerOf(payload: JWTPayload, keyId: unknown, { tenantClaim, longestLife }: TokenRules): Viewer {
  const { data, error } = claims.safeParse(payload);
  if (error) {
    const names = [...new Set(error.issues.map(({ path }) => `“${String(path[0])}”`))];
    throw invalid(`The token is not valid: ${names.join(', ')} must be as documented.`);
  }
  const given = roles.filter((role) => data.roles.includes(role));
  if (given.length === 0) throw invalid(`The token needs “roles” with any of ${roles.join(', ')}.`);
  const until = data.exp * 1_000;
  if (until <= Date.now()) throw new Unauthenticated('TOKEN_EXPIRED', tokenExpired);
  if (until > Date.now() + (longestLife + clockTolerance) * 1_000) {
    throw invalid(`The token’s “exp” is too far ahead: a token may live at most ${longestLife} seconds.`);
  }
  const issuedAt = data.iat === undefined ? undefined : data.iat * 1_000;
  const owner = tenantClaim === undefined || !actsForOthers(given) ? undefined : ownerNamedBy(payload, tenantClaim);
  return viewer(data.sub, data.email, given, until, {
    owner,
    emailVerified: data.email_verified,
    tokenId: data.jti,
    keyId: name.parse(keyId),
    issuedAt,
  });
}

/** Who acts for no tenant has no such claim; one that is no name is a mistake, which must not make them somebody else. */
function ownerNamedBy(payload: JWTPayload, claim: string): string | undefined {
  const { data, error } = text.optional().safeParse(payload[claim]);
  if (error) throw invalid('The token is not valid: the claim that names the tenant must be 1 to 255 characters.');
  return data === undefined ? undefined : ownerOf({ tenant: data });
}

const invalid = (message: string): Unauthenticated => new Unauthenticated('CLAIMS_INVALID', message);

/** A token as `authenticateByJwt` takes it, for development and tests. */
export function signToken(
  secret: string,
  { subject, email, roles: given }: { subject: string; email?: string; roles: readonly Role[] },
  lifetime: string,
  { issuer, audience }: Pick<TokenRules, 'issuer' | 'audience'> = {},
  claims: JWTPayload = {},
): Promise<string> {
  const token = new SignJWT({ ...claims, roles: given, ...(email === undefined ? {} : { email }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(lifetime);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  return token.sign(new TextEncoder().encode(secret));
}
