import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

/** Keeps a secret unreadable in the database. */
export interface SecretBox {
  /** Encrypts `secret` so that it opens only for the same `owner`. */
  seal(secret: string, owner: string): string;
  /** Throws MissingKey when the key is gone, and another error when the text was changed or belongs to another owner. */
  open(sealed: string, owner: string): string;
}

/** A secret was sealed under a key that is not among SECRET_KEYS any more. */
export class MissingKey extends Error {
  override readonly name = 'MissingKey';

  constructor(id: string) {
    super(`SECRET_KEYS has no key "${id}" any more: add it again behind the others.`);
  }
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
  const [{ id: newest }] = keys;
  const byId = new Map(keys.map(({ id, bytes }) => [id, createSecretKey(bytes)]));
  const keyNamed = (id = ''): KeyObject => {
    const key = byId.get(id);
    if (!key) throw new MissingKey(id);
    return key;
  };

  return {
    seal(secret, owner) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyNamed(newest), nonce).setAAD(Buffer.from(owner));
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [newest, ...[nonce, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.');
    },
    open(sealed, owner) {
      const [id, ...parts] = sealed.split('.');
      const [nonce, tag, ciphertext] = parts.map((part) => Buffer.from(part, 'base64url'));
      if (!nonce || !tag || !ciphertext) throw new Error('This is not a sealed secret.');
      const decipher = createDecipheriv('aes-256-gcm', keyNamed(id), nonce, { authTagLength: 16 });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    },
  };
}
