import type { SqlEntityManager } from '@mikro-orm/sql';
import { textIndex } from '../company/text-search.ts';

/** What an operator reads in the log of a service that searches without the index. */
export const textIndexMissing =
  'searches by text read every company, since PostgreSQL lacks the extension pg_trgm; create it and run npm run migrate';

/**
 * Creates the index of the searched texts where it is missing, and the extension that it needs. Both need rights that the role
 * may not have, or that a server does not give: then searches do without. Returns whether the index exists.
 */
export async function createTextIndex(em: SqlEntityManager): Promise<boolean> {
  if (await hasTextIndex(em)) return true;
  await em.execute(createWherePossible);
  return hasTextIndex(em);
}

async function hasTextIndex(em: SqlEntityManager): Promise<boolean> {
  const [index] = await em.execute<{ exists: boolean }[]>(
    `select to_regclass(quote_ident(current_schema()) || '.company_text_index') is not null as exists`,
  );
  return index?.exists ?? false;
}

/** The extension belongs to the whole database, so it does not go into the schema of one of several services. */
const createWherePossible = `
  do $$
  declare
    place text;
  begin
    begin
      execute 'create extension if not exists pg_trgm'
        || coalesce(' schema ' || (select nspname from pg_namespace where nspname = 'public'), '');
    exception when others then
      return;
    end;
    select quote_ident(nspname) into place
      from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm';
    execute replace($index$${textIndex('{schema}')}$index$, '{schema}', place);
  exception when insufficient_privilege then
    return;
  end $$`;
