import { readConfig } from './config.ts';
import { openPostgres } from './database/open-database.ts';
import { fail } from './run.ts';

/** Brings the database at DATABASE_URL up to date and says what was done. */
try {
  const { DATABASE_URL: url = '' } = readConfig({ DATABASE_URL: process.env['DATABASE_URL'] }, ['DATABASE_URL']);
  const database = openPostgres(url);
  const applied = await database.migrate();
  process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}.\n` : 'Up to date already.\n');
  await database.close();
} catch (error) {
  fail(error);
}
