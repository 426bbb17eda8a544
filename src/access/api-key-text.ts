import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { apiKeyPattern } from '../common/api-key-pattern.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A key as it comes with a request: what is public of it, and what it is recognised by. */
export interface ApiKeyText {
  readonly id: string;
  readonly digest: string;
}

/** A new key: `cps_<id>_<256 bits><checksum>`, in base 62. Nobody can read it again: only its digest is kept. */
export function makeApiKey(): ApiKeyText & { readonly text: string } {
  const id = `cps_${Array.from({ length: 12 }, () => alphabet[randomInt(62)]).join('')}`;
  const unchecked = `${id}_${inBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43)}`;
  const text = `${unchecked}${checksumOf(unchecked)}`;
  return { id, digest: digestOf(text), text };
}

/** The parts of a key; undefined for a text that cannot be one, such as a key with a typo. */
export function readApiKey(text: string): ApiKeyText | undefined {
  const isWhole = text.length === keyLength && text.match(apiKeyPattern)?.[0] === text;
  if (!isWhole || checksumOf(text.slice(0, -6)) !== text.slice(-6)) return undefined;
  return { id: text.slice(0, idLength), digest: digestOf(text) };
}

const idLength = 16;
const keyLength = idLength + 1 + 43 + 6;

/** Whether a text is a key's id, which stands where a token's `sub` does; no token has such a `sub`. */
export const isApiKeyId = (text: string): boolean => /^cps_[0-9A-Za-z]{12}$/.test(text);

const checksumOf = (text: string): string => inBase62(BigInt(crc32(text)), 6);
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function inBase62(number: bigint, length: number): string {
  let digits = '';
  for (let rest = number; digits.length < length; rest /= 62n) digits = `${alphabet[Number(rest % 62n)]}${digits}`;
  return digits;
}
