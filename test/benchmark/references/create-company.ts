import type { Pool } from 'pg';

export interface CreateCompanyInput {
  readonly companyName: string;
  readonly companyAbbr: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly defaultCurrency: string;
  readonly country: string;
  readonly domain: string;
}

const text = `
  with created as (
    insert into company (
      company_name, company_abbr, admin_email, sealed_password, default_currency, country, site_name, apps, status, attempt,
      created_by, customer_email, queued_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'QUEUED', 1, $9, $10, now())
    returning *
  ), logged as (
    insert into company_event (company_id, version, attempt, status, site_status, progress, kind, message)
    select id, version, attempt, status, site_status, progress, 'CREATED', 'Waiting for a worker.' from created
  ), recorded as (
    insert into audit_entry (company_id, action, outcome, subject, roles)
    select id, 'CREATE_COMPANY', 'CreateCompanySuccess', created_by, array['customer'] from created
  )
  select id, status, version from created`;

/** The company, its event and its entry in the audit log, in one prepared statement; nothing is checked and nothing encrypted. */
export async function createCompany(pool: Pool, input: CreateCompanyInput): Promise<object> {
  const { companyName, companyAbbr, adminEmail, adminPassword, defaultCurrency, country, domain } = input;
  const { rows } = await pool.query<object>({
    name: 'create-company',
    text,
    values: [
      companyName,
      companyAbbr,
      adminEmail,
      adminPassword,
      defaultCurrency,
      country,
      domain,
      ['erpnext'],
      'somebody',
      'somebody@customers.example',
    ],
  });
  return { __typename: 'CreateCompanySuccess', company: rows[0] };
}
