import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const session = z.object({ email: z.string(), expiresAt: z.number() });

/** How long a log-in lasts, in seconds. */
export const sessionSeconds = 8 * 60 * 60;

/** A signed session of `email` until `sessionSeconds` after `now` (milliseconds): `<payload>.<signature>`, both base64url. */
export function issueSession(secret: string, email: string, now: number): string {
  const payload = Buffer.from(JSON.stringify({ email, expiresAt: now + sessionSeconds * 1000 })).toString('base64url');
  return `${payload}.${sign(secret, payload).toString('base64url')}`;
}

/** The email of a session's user; undefined when this site did not sign it, or it has expired. */
export function readSession(secret: string, sid: string, now: number): string | undefined {
  const [payload = '', signature = ''] = sid.split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(secret, payload);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { email, expiresAt } = session.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  return expiresAt > now ? email : undefined;
}

const sign = (secret: string, payload: string) => createHmac('sha256', secret).update(payload).digest();
