import { z } from 'zod';
import type { SecretKey } from '../secrets/secret-box.ts';

/** `id:base64,id:base64`; each key has 32 bytes. The first one seals, all of them open. */
export const secretKeys = z.string().transform((text, context): [SecretKey, ...SecretKey[]] => {
  const [first, ...rest] = text.split(',').map((entry): SecretKey => {
    const [id = '', encoded = ''] = entry.trim().split(':');
    const bytes = Buffer.from(encoded, 'base64');
    if (!/^[\w-]{1,32}$/.test(id) || bytes.length !== 32) {
      context.addIssue({
        code: 'custom',
        message: 'must be <id>:<base64 of 32 random bytes>, several of them with commas between',
      });
    }
    return { id, bytes };
  });
  const ids = new Set([first, ...rest].map((key) => key?.id));
  if (ids.size <= rest.length) context.addIssue({ code: 'custom', message: 'must give each key an id of its own' });
  return first ? [first, ...rest] : z.NEVER;
});
