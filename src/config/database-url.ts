import { z } from 'zod';
import { DatabaseUrlError, parseDatabaseUrl } from '../database/database-url.ts';
import { parameterVariables } from '../database/libpq-parameters.ts';

/** A URL of PostgreSQL as libpq reads it, of which everything can be honoured. */
export const databaseUrl = z.string().superRefine((text, context) => {
  try {
    parseDatabaseUrl(text);
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    for (const message of error.faults) context.addIssue({ code: 'custom', message });
  }
});

/** The URL with what libpq's own variables, such as `PGSSLMODE`, say of parameters that it leaves out. */
export function withLibpqVariables(
  url: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (url === undefined) return undefined;
  const added = Object.entries(parameterVariables).flatMap(([parameter, variable]) => {
    const value = env[variable];
    const isGiven = new RegExp(`[?&]${parameter}=`).test(url);
    return value === undefined || isGiven ? [] : [`${parameter}=${encodeURIComponent(value)}`];
  });
  return added.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${added.join('&')}`;
}
