import type { ApiKeyScope } from '../company/api-key.ts';
import type { Fault } from '../company/company-request.ts';

export interface ApiKeyRequest {
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  /** How long the key is valid. */
  readonly days: number;
}

/** The longest life of a key, in days. */
export const longestLife = 366;
const longestName = 100;

type ApiKeyFault = Pick<Fault, 'code' | 'message'> & { readonly field: 'name' | 'scopes' | 'expiresInDays' };

/** Why no key can be made so by one who may give these scopes. */
export function faultsOfApiKey(
  { name, scopes, days }: ApiKeyRequest,
  allowed: readonly ApiKeyScope[],
): readonly ApiKeyFault[] {
  const faults: ApiKeyFault[] = [];
  const add = (field: ApiKeyFault['field'], code: ApiKeyFault['code'], message: string): void =>
    void faults.push({ field, code, message });
  if (name.trim() === '') add('name', 'REQUIRED', 'Name the program or place that will use the key.');
  else if (name.length > longestName) add('name', 'TOO_LONG', `Shorten the name to ${longestName} characters.`);
  else if (/[\p{Cc}\p{Cs}]/u.test(name)) add('name', 'INVALID_CHARACTERS', 'Leave out control characters.');
  if (scopes.length === 0) add('scopes', 'REQUIRED', 'Name what the key may do.');
  else if (new Set(scopes).size < scopes.length) add('scopes', 'DUPLICATE', 'Name each scope once.');
  else if (!scopes.every((scope) => allowed.includes(scope)))
    add('scopes', 'NOT_ALLOWED', 'A key may do no more than you may, and `operate` is only for your own keys.');
  if (!Number.isInteger(days) || days < 1 || days > longestLife)
    add('expiresInDays', 'INVALID_FORMAT', `Give 1 to ${longestLife} days.`);
  return faults;
}
