import type { Client } from 'pg';

/** How many companies there are, and how many events each has. */
export interface Volume {
  readonly companies: number;
  readonly events: number;
}

/** The fixed part of what is filled in, whatever the volume. */
export const filled = {
  /** Owns a fifth of all companies. */
  partner: 'portal',
  /** Owns a fifth of all companies too, and all of those are ACTIVE; the others belong to a thousand customers. */
  archive: 'archive',
  /** Owns one in fifty. */
  shop: 'shop',
  /** The address to mail of every company. */
  customerEmail: 'jane@customers.example',
  /** What the partner calls all of their companies, and what one company of a customer is called. */
  frequentReference: 'campaign',
  rareReference: 'order-10003',
  /** In the name of one company, an old one. */
  rareText: 'needle',
  /** In the site name of every company. */
  frequentText: 'customers.example',
  /** In the names of 300 companies, which are all old. */
  oldText: 'legacy',
  /** Too short for the index: in the name of one of the oldest companies and of one of the newest. */
  shortText: '!',
} as const;

/**
 * Fills an empty database as years of use would: nearly every company is ACTIVE and nearly every mail sent. What waits and
 * runs is among the newest tenth. PostgreSQL then knows its statistics.
 */
export async function fillDatabase(client: Client, { companies, events }: Volume): Promise<void> {
  await client.query(
    `insert into company (id, company_name, company_abbr, admin_email, default_currency, country, site_name, apps, status,
       site_status, version, attempt, progress, steps, created_at, created_by, customer_email, external_reference, sealed_password, queued_at,
       served_at, provisioning_started_at, provisioning_completed_at, deadline_at, claims, leased_by, leased_since, leased_until)
     select 'COMP-2025-' || lpad(number::text, 6, '0'),
       case when number = 77 then 'Needle Works' when number in (50, $1 - 50) then 'Hey! ' || number when number between 1000 and 1299 then 'Legacy Trading ' || number
         else initcap(substr(md5('n' || number), 1, 7) || ' ' || substr(md5('m' || number), 1, 9)) end,
       upper(substr(md5('a' || number), 1, 4)), 'admin@' || substr(md5('e' || number), 1, 8) || '.example',
       'USD', 'Germany', 'site-' || number || '.customers.example', '{erpnext}', status,
       case status when 'ACTIVE' then 'ACTIVE' when 'PROVISIONING' then 'CREATING' else 'NOT_CREATED' end,
       $2, 1, 0, '[{"name": "create-site", "title": "Creating the site", "state": "DONE"}]',
       now() - ($1 - number) * interval '5 minutes', creator, 'jane@customers.example', case number % 5 when 0 then 'campaign' when 3 then 'order-' || number end,
       case when status in ('QUEUED', 'PROVISIONING') then 'k2.' || md5(number::text) end, now() - interval '10 minutes',
       case when status in ('ACTIVE', 'FAILED', 'PROVISIONING') then now() - ($1 - number) * interval '5 minutes' end,
       now() - interval '1 minute', null, now() + interval '9 minutes', 1,
       case when status = 'PROVISIONING' then 'worker-1' end,
       case when status = 'PROVISIONING' then now() - interval '1 minute' end,
       case when status = 'PROVISIONING' then now() + interval '1 hour' end
     from (
       select number, case when number % 5 = 0 then 'portal' when number % 5 = 1 then 'archive' when number % 50 = 4 then 'shop'
           else 'customer-' || number % 997 end as creator,
         case when number > $1 * 0.9 and number % 40 = 7 then 'PROVISIONING'
           when number > $1 * 0.9 and (number % 20 = 3 or number % 100 = 50) then 'QUEUED'
           when number % 10 = 3 or number % 100 = 0 then 'FAILED' when number % 100 = 2 then 'DRAFT' else 'ACTIVE' end as status
       from generate_series(1, $1::int) as number
     ) as numbered`,
    [companies, events],
  );
  await client.query(
    `insert into company_event (company_id, version, attempt, kind, status, site_status, progress, message, position, owner)
     select id, version.number, 1, 'STEP_PROGRESSED', status, site_status, 0, 'Creating the site',
       nextval('company_event_number'), created_by
     from company, generate_series(1, $1::int) as version (number)`,
    [events],
  );
  await client.query(
    `insert into log_line (company_id, number, attempt, step, text)
     select id, line.number, 1, 'create-site', 'Updating DocTypes' from company, generate_series(1, $1::int) as line (number)`,
    [events],
  );
  await client.query(
    `insert into outbox_mail (company_id, attempt, kind, recipient, state, due_at, created_at)
     select id, 1, 'SITE_READY', customer_email,
       case position % 400 when 1 then 'WAITING' when 2 then 'REFUSED' else 'SENT' end, now() - interval '1 minute', created_at
     from company`,
  );
  await client.query(
    `insert into audit_entry (action, outcome, subject, roles, company_id)
     select 'CREATE_COMPANY', 'CreateCompanySuccess', created_by, '{customer}', id from company`,
  );
  await client.query(
    `insert into revocation (kind, value, revoked_at, revoked_by, ends_at)
     select 'TOKEN', number::text, now(), 'operator', now() + (number - $1::int / 10 + 20) * interval '1 minute'
     from generate_series(1, $1::int / 10) as number`,
    [companies],
  );
  await client.query(
    `insert into api_key (id, owner, name, scopes, digest, created_by, created_at, expires_at, revoked_at)
     select 'cps_' || lpad(number::text, 12, '0'), 'holder-' || number % 100, 'key', '{companies:read}', '', 'holder',
       now() - number * interval '1 hour', now() + interval '1 day', case when number % 3 = 0 then null else now() end
     from generate_series(1, $1::int) as number`,
    [companies],
  );
  await client.query(
    `insert into quota_override (owner, streams) select 'holder-' || number, 1 from generate_series(1, $1::int) as number`,
    [companies],
  );
  await client.query(
    `insert into webhook_endpoint (id, owner, url, kinds, description, sealed_secret, created_by, disabled_at)
     select 'we_' || number, case number when 0 then 'portal' else 'holder-' || number % 100 end, 'https://portal.example', '{SUCCEEDED,FAILED}',
       '', 'k2.' || number, 'holder', case when number % 80 = 1 then now() end
     from generate_series(0, $1::int / 10) as number`,
    [companies],
  );
  // Nearly all were received; what waits is for some endpoints, most of it for one.
  await client.query(
    `insert into webhook_delivery (id, endpoint_id, company_id, version, event_position, kind, state, due_at, ended_at)
     select 'msg_' || company.position, 'we_' || case when company.position % 4 = 0 then 0 else company.position % 200 end, company.id, 1, event.position, 'SUCCEEDED', state,
       now() - interval '1 minute', case when state = 'WAITING' then null else now() - interval '31 days' + company.position * interval '2 minutes' end
     from company join company_event as event on event.company_id = company.id and event.version = 1,
       lateral (select case company.position % 40 when 0 then 'WAITING' when 1 then 'WAITING' when 2 then 'GIVEN_UP' else 'DELIVERED' end as state) as chosen`,
  );
  await client.query('update webhook_cursor set position = (select max(position) from company_event)');
  await client.query(`insert into worker (name, started_at, seen_at, alive_until, late_loops)
    values ('worker-1', now(), now(), now() + interval '1 hour', '{}')`);
  await client.query('vacuum analyze');
}
