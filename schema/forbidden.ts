import { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth';
import type { Viewer } from '../src/access/viewer.ts';
import { Refusal } from './refusal.ts';

/** Why a viewer gets nothing of a field; an API key's program reads which scope the key lacks. */
export function forbidden({ apiKey }: Viewer, isMutation: boolean, failure: AuthFailure): Refusal {
  if (apiKey === undefined) return new Refusal(`You may not ${isMutation ? 'do' : 'see'} this.`, { code: 'FORBIDDEN' });
  const scope = scopeLacking(failure);
  return scope === undefined
    ? new Refusal('No API key opens this; sign in with a token.', { code: 'FORBIDDEN' })
    : new Refusal(`This needs an API key with the scope ${scope}.`, { code: 'FORBIDDEN', scope });
}

function scopeLacking(failure: AuthFailure): string | undefined {
  if ('failures' in failure) return failure.failures.map(scopeLacking).find((scope) => scope !== undefined);
  if (failure.kind !== AuthScopeFailureType.AuthScope) return undefined;
  if (failure.scope === 'operator') return 'operate';
  return failure.scope === 'scope' ? String(failure.parameter) : undefined;
}
