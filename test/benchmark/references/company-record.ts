import type { Pool } from 'pg';

/** The fields of a company that are read; the columns have the same names in snake case. */
export const companyFields = [
  'id',
  'companyName',
  'companyAbbr',
  'adminEmail',
  'defaultCurrency',
  'country',
  'customerEmail',
  'status',
  'siteName',
  'version',
] as const;

/** Their type in a schema. */
export const companyType = /* GraphQL */ `
  type Query {
    company(id: ID!): Company
  }
  type Company {
    ${companyFields.map((name) => `${name}: ${name === 'version' ? 'Int' : name === 'id' ? 'ID' : 'String'}!`).join('\n')}
  }
`;

const columns = companyFields.map((name) => `${name.replace(/[A-Z]/g, (letter) => `_${letter}`)} as "${name}"`);
const text = `select ${columns.join(', ')} from company where id = $1`;

/** One prepared statement by `pg`. */
export async function findCompany(pool: Pool, id: string): Promise<object | undefined> {
  const { rows } = await pool.query<object>({ name: 'company', text, values: [id] });
  return rows[0];
}
