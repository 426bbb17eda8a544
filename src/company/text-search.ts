import { type Expression, type SqlBool, sql } from 'kysely';

/** What is searched, one line for each column: no column holds a line break, and no text is found across two of them. */
const searched = ['company_name', 'company_abbr', 'id', 'site_name', 'admin_email'].join(String.raw` || E'\n' || `);

/**
 * The index of the searched texts, by their trigrams. `schema` is where PostgreSQL's extension pg_trgm is. The index is no
 * condition of a search: without it a rare text is looked for in every company.
 */
export const textIndex = (schema: string): string =>
  `create index "company_text_index" on "company" using gin (lower(${searched}) ${schema}.gin_trgm_ops)`;

/** Whether a company has this text in a searched column, whatever the case. */
export const containsText = (text: string): Expression<SqlBool> => {
  // PostgreSQL's texts hold no NUL.
  if (/[\0\n]/.test(text)) return sql<SqlBool>`false`;
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return sql<SqlBool>`lower(${sql.raw(searched)}) like lower(${pattern})`;
};

/** Whether the index can find a text: it knows texts by three letters or digits in a row. */
export const isIndexed = (text: string): boolean => /[\p{L}\p{N}]{3}/u.test(text);
