import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Keeps a secret unreadable in the database, and tells whether two requests are the same without keeping either. */
export interface SecretBox {
  /** Encrypts `secret` so that it opens only for the same `owner`. */
  seal(secret: string, owner: string): string;
  /** Throws when the text was changed, belongs to another owner or names a key that is gone. */
  open(sealed: string, owner: string): string;
  /** A keyed digest: equal texts are recognised by `matches`, and nobody without the key can try guesses. */
  digest(text: string): string;
  matches(text: string, digest: string): boolean;
}

/** One of `SECRET_KEYS`: 32 random bytes under a short name. */
export interface SecretKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * A box on AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce for each secret.
 * The first key seals; all of them open, so that keys can be rotated.
 * A sealed secret reads `<key id>.<nonce>.<tag>.<ciphertext>`, base64url.
 */
export function secretBox(keys: readonly [SecretKey, ...SecretKey[]]): SecretBox {
  const keyNamed = (id: string | undefined): SecretKey => {
    const key = keys.find((candidate) => candidate.id === id);
    if (!key) throw new Error(`SECRET_KEYS has no key "${id}" any more: add it again behind the others.`);
    return key;
  };
  const digestUnder = (key: SecretKey, text: string): string => {
    const digestKey = Buffer.from(hkdfSync('sha256', key.bytes, '', 'request digest', 32));
    return `${key.id}.${createHmac('sha256', digestKey).update(text).digest('base64url')}`;
  };

  return {
    seal(secret, owner) {
      const [key] = keys;
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(owner));
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [key.id, ...[nonce, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.');
    },
    open(sealed, owner) {
      const [id, ...parts] = sealed.split('.');
      const [nonce, tag, ciphertext] = parts.map((part) => Buffer.from(part, 'base64url'));
      if (!nonce || !tag || !ciphertext) throw new Error('This is not a sealed secret.');
      const decipher = createDecipheriv('aes-256-gcm', keyNamed(id).bytes, nonce, { authTagLength: 16 });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    },
    digest: (text) => digestUnder(keys[0], text),
    matches(text, digest) {
      const expected = Buffer.from(digestUnder(keyNamed(digest.split('.')[0]), text));
      const given = Buffer.from(digest);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
