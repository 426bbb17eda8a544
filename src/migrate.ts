import { fail } from './app/run.ts';
import { readConfig } from './config/read-config.ts';
import { openDeployment } from './database/deployment.ts';
import { openPostgres } from './database/open-database.ts';
import { textIndexMissing } from './database/text-index.ts';

/** Brings the database at DATABASE_URL up to date and says what was done; `--moved`: and that it was moved to where it is, not copied. */
try {
  // Of the other variables it needs none, so that their faults do not matter here.
  const variables = Object.entries(process.env).filter(([name]) => /^(DATABASE_URL(_FILE)?|PG[A-Z]+)$/.test(name));
  const { DATABASE_URL: url = '' } = readConfig(Object.fromEntries(variables), ['DATABASE_URL']);
  const database = openPostgres(url);
  const applied = await database.migrate(
    () => process.stderr.write('Waiting for another process that is migrating.\n'),
    () => process.stderr.write(`Note: ${textIndexMissing}.\n`),
  );
  process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}.\n` : 'Already up to date.\n');
  if (process.argv.includes('--moved')) {
    await openDeployment(database.em, { moved: true });
    process.stdout.write(
      'This database keeps its identity at its new place; no other database with the same identity may be used.\n',
    );
  }
  await database.close();
} catch (error) {
  fail(error);
}
