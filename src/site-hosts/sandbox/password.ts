import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** A scrypt hash as it is stored; it carries its cost, so that old hashes remain valid when the cost is raised. */
export const passwordHash = z.object({
  cost: z.int().positive(),
  blockSize: z.int().positive(),
  parallelization: z.int().positive(),
  salt: z.base64url(),
  hash: z.base64url(),
});
type PasswordHash = z.infer<typeof passwordHash>;

// Node's default: about 50 ms and 16 MiB. OWASP's advice is five times that, which is too slow for a sandbox that shares
// its process with the API; the file that holds the hash is readable by this process's user only.
const strength = { cost: 2 ** 14, blockSize: 8, parallelization: 1 };
const keyLength = 32;
// For unknown users: the response must take as long as for known ones.
const nobody: PasswordHash = { ...strength, salt: '', hash: '' };

/** Hashes a password with a fresh salt; tens of milliseconds, off the event loop. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, strength);
  return { ...strength, salt: salt.toString('base64url'), hash: key.toString('base64url') };
}

/** Whether `password` is the one that was hashed. Without a hash (no such user) it is false after the same work. */
export async function passwordMatches(password: string, stored: PasswordHash | undefined): Promise<boolean> {
  const against = stored ?? nobody;
  const key = await derive(password, Buffer.from(against.salt, 'base64url'), against);
  const expected = Buffer.from(against.hash, 'base64url');
  return expected.length === keyLength && timingSafeEqual(key, expected);
}

const derive = (password: string, salt: Buffer, settings: typeof strength): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { cost, blockSize, parallelization } = settings;
    scrypt(password, salt, keyLength, { cost, blockSize, parallelization }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
