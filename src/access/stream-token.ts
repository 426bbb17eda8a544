import { z } from 'zod';
import { type CompanyId, parseCompanyId } from '../company/company-id.ts';
import { tokenExpired, Unauthenticated } from './authenticate.ts';
import { roles, type Viewer, viewer } from './viewer.ts';

/** Encrypts what only this service opens again, and notices every change of it; `open` throws then. */
export interface Sealing {
  seal(text: string, purpose: string): string;
  open(sealed: string, purpose: string): string;
}

/** The longest life of a stream token, in milliseconds. */
const longestLife = 15 * 60_000;

const purpose = 'stream token';

/** What the token carries: its end, the company and the claims of the viewer who made it; no other text opens a stream. */
const content = z.strictObject({
  until: z.number(),
  companyId: z.string().transform((text, context): CompanyId => {
    const id = parseCompanyId(text);
    if (id) return id;
    context.addIssue('This is not a company’s id.');
    return z.NEVER;
  }),
  subject: z.string(),
  owner: z.string().optional(),
  email: z.string().optional(),
  emailVerified: z.literal(true).optional(),
  roles: z.array(z.enum(roles)),
  tokenId: z.string().optional(),
  apiKey: z.string().optional(),
  keyId: z.string().optional(),
  issuedAt: z.number(),
});

/**
 * A token that opens one company's stream for clients that cannot send headers. It ends after a quarter of an hour, with the
 * viewer's own token if that ends earlier, and is revoked with it.
 */
export function createStreamToken(
  sealing: Sealing,
  { subject, owner, email, verifiedEmail, roles: given, tokenId, apiKey, keyId, issuedAt, until }: Viewer,
  companyId: CompanyId,
): { readonly token: string; readonly expiresAt: Date } {
  const expiresAt = Math.min(Date.now() + longestLife, until ?? Number.POSITIVE_INFINITY);
  // A token that does not say when it was issued counts as an old one; without a token, the viewer signed in just now.
  const issued = issuedAt ?? (until === undefined ? Date.now() : 0);
  const claims = {
    until: expiresAt,
    companyId,
    subject,
    owner,
    email,
    ...(verifiedEmail === undefined ? {} : { emailVerified: true as const }),
    roles: [...given],
    tokenId,
    apiKey,
    keyId,
    issuedAt: issued,
  };
  return {
    token: sealing.seal(JSON.stringify(claims satisfies z.input<typeof content>), purpose),
    expiresAt: new Date(expiresAt),
  };
}

/** Who made the token, for that company's stream alone; throws Unauthenticated. */
export function readStreamToken(sealing: Sealing, token: string): Viewer {
  const { until, companyId, subject, email, roles: given, ...name } = open(sealing, token);
  if (until <= Date.now()) throw new Unauthenticated('TOKEN_EXPIRED', tokenExpired);
  return { ...viewer(subject, email, given, until, name), onlyStreamOf: companyId };
}

function open(sealing: Sealing, token: string): z.output<typeof content> {
  try {
    return content.parse(JSON.parse(sealing.open(token, purpose)));
  } catch {
    // Why it does not open would only help those who forge one.
    throw new Unauthenticated('TOKEN_INVALID', 'The stream token is not valid.');
  }
}
