import { readFileSync } from 'node:fs';

/** Each holds a secret, or an address with a password in it; `<name>_FILE` may name the file that holds it instead. */
const secrets = [
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'SECRET_KEYS',
  'AUTH_JWT_SECRET',
  'BENCH_DB_ADMIN_PASSWORD',
] as const;

export type Values = Readonly<Record<string, string>>;

/** `given` with what the files of its `…_FILE` variables hold, and what is wrong with these. */
export function withSecretFiles(given: Values): { readonly values: Values; readonly faults: readonly string[] } {
  const values: Record<string, string> = { ...given };
  const faults: string[] = [];
  for (const name of secrets) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set. Keep one of them.`);
      continue;
    }
    const content = read(file);
    if (content instanceof Error) faults.push(`${name}_FILE cannot be read: ${codeOf(content)}.`);
    else if (content === '') faults.push(`${name}_FILE names an empty file.`);
    else values[name] = content;
  }
  return { values, faults };
}

/** Editors and `echo` end a file with a newline, and so do secrets that were made from one. */
export const withoutNewline = (text: string): string => text.replace(/[\r\n]+$/, '');

function read(file: string): string | Error {
  try {
    return withoutNewline(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** ENOENT, EACCES and the like: the error's own words would repeat the variable, and somebody may have put the secret there. */
const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);
