import type { NamedFailure } from '../company/failure.ts';
import type { CompanyRow } from '../company/tables.ts';
import type { Language } from './language.ts';

const installs = 'install-app:';

/** The sentence that says in a customer's language why an attempt failed. It holds nothing that a site host said. */
export function failureSentence(
  language: Language,
  { reason, step }: NamedFailure,
  { apps, site_name: siteName }: Pick<CompanyRow, 'apps' | 'site_name'>,
): string {
  return language.say(`failure.${reason}`, {
    siteName,
    apps: apps.join(', '),
    appCount: apps.length,
    failedApp: step?.startsWith(installs) ? step.slice(installs.length) : 'unknown',
  });
}
