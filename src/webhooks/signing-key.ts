import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** How messages are signed: with a secret that the receiver has too, or with a key of which it has the public half. */
export type SignatureScheme = 'HMAC_SHA256' | 'ED25519';

/** As Standard Webhooks marks a shared secret, and the two halves of a key pair. */
const prefixes = { shared: 'whsec_', private: 'whsk_', public: 'whpk_' } as const;
/** Of a shared secret, which may have 24 to 64, and of either half of a key pair. */
const keyBytes = 32;

/** A new secret of one endpoint: `whsec_…`, or `whsk_…` with both halves, as libsodium writes it. */
export function makeSecret(scheme: SignatureScheme): string {
  if (scheme === 'HMAC_SHA256') return prefixes.shared + randomBytes(keyBytes).toString('base64');
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return prefixes.private + Buffer.concat([d, x].map((half) => Buffer.from(half, 'base64url'))).toString('base64');
}

/** `whpk_…`, with which receivers verify what a `whsk_…` has signed; null for a shared secret. */
export const publicKeyOf = (secret: string): string | null =>
  isPrivateKey(secret) ? prefixes.public + halvesOf(secret).public.toString('base64') : null;

/** One of the signatures in a `webhook-signature`. */
export function signatureOf(secret: string, id: string, sentAt: Date, body: string): string {
  if (!isPrivateKey(secret)) return new Webhook(secret).sign(id, sentAt, body);
  const signed = `${id}.${Math.floor(sentAt.getTime() / 1_000)}.${body}`;
  return `v1a,${sign(null, Buffer.from(signed), keyFrom(secret)).toString('base64')}`;
}

const isPrivateKey = (secret: string): boolean => secret.startsWith(prefixes.private);

function halvesOf(secret: string): { readonly private: Buffer; readonly public: Buffer } {
  const both = Buffer.from(secret.slice(prefixes.private.length), 'base64');
  return { private: both.subarray(0, keyBytes), public: both.subarray(keyBytes) };
}

function keyFrom(secret: string): KeyObject {
  const { private: d, public: x } = halvesOf(secret);
  const [private64, public64] = [d, x].map((half) => half.toString('base64url'));
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: private64, x: public64 }, format: 'jwk' });
}
