import { apiKeyCommands } from './app/api-key-commands.ts';
import { fail } from './app/run.ts';
import { neededKeys, resealSecrets } from './company/sealed-secrets.ts';
import { ConfigError } from './config/config-error.ts';
import { readConfig } from './config/read-config.ts';
import { openPostgres } from './database/open-database.ts';
import { rejectAsUnusable } from './database/unusable-database.ts';
import { secretBox } from './secrets/secret-box.ts';

/** Reports which of SECRET_KEYS the database needs; with `reseal`, it first reseals everything under the first one. The other commands manage API keys. */
try {
  const [command, ...words] = process.argv.slice(2);
  const manage = command === undefined ? undefined : apiKeyCommands[command];
  if (command !== undefined && command !== 'reseal' && !manage)
    throw new ConfigError(['npm run keys takes no argument, or: reseal, create, list, revoke']);
  // Of the other variables it needs none, so that their faults do not matter here.
  const variables = Object.entries(process.env).filter(([name]) =>
    /^((DATABASE_URL|SECRET_KEYS)(_FILE)?|PG[A-Z]+)$/.test(name),
  );
  const { DATABASE_URL: url = '', SECRET_KEYS: keys } = readConfig(Object.fromEntries(variables), [
    'DATABASE_URL',
    ...(manage ? [] : (['SECRET_KEYS'] as const)),
  ]);
  if (manage) {
    const database = openPostgres(url);
    const lines = await manage(database.db, words);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    await database.close();
    process.exit();
  }
  if (!keys) throw new ConfigError(['SECRET_KEYS is missing.']);
  const database = openPostgres(url);
  if (command === 'reseal') {
    const resealed = await resealSecrets(database.db, secretBox(keys), keys[0]);
    process.stdout.write(`Resealed ${resealed} under ${keys[0].id}.\n`);
  }
  const needed = await neededKeys(database.db).catch(rejectAsUnusable);
  for (const { id } of keys) {
    const secrets = needed.find((key) => key.id === id)?.secrets ?? 0;
    process.stdout.write(`${id}: ${secrets === 0 ? 'not needed' : `needed by ${secrets}`}\n`);
  }
  for (const { id, secrets } of needed) {
    if (!keys.some((key) => key.id === id)) process.stdout.write(`${id}: MISSING, needed by ${secrets}\n`);
  }
  await database.close();
} catch (error) {
  fail(error);
}
