import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Bell } from './bell.ts';
import { type CheckedCompany, type CompanyRequest, checkCompanyRequest, type Fault } from './company-request.ts';
import type { Requester } from './requester.ts';
import type { SecretBox } from './secret-box.ts';
import { type CompanyRow, now, tables } from './tables.ts';

export interface CreateCompanyDeps {
  readonly em: SqlEntityManager;
  readonly bell: Bell;
  readonly secrets: SecretBox;
  /** The names under which this service answers. */
  readonly ownHosts: readonly string[];
  /** What the site host offers, and what is installed when nothing is asked for. */
  readonly apps: { readonly offered: readonly string[]; readonly byDefault: readonly string[] };
}

export type CreateCompanyInput = CompanyRequest & { readonly draft?: boolean | null };

export type CreateCompanyOutcome =
  | { readonly kind: 'created'; readonly company: CompanyRow }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] }
  | { readonly kind: 'site-name-taken'; readonly siteName: string }
  | { readonly kind: 'idempotency-key-reused'; readonly idempotencyKey: string };

/**
 * Takes a request for a company: checks it, writes it durably (queued, or as a draft) and rings for a worker.
 * A repeated request with the same idempotency key gets the company that the first one made.
 */
export async function createCompany(
  { em, bell, secrets, ownHosts, apps }: CreateCompanyDeps,
  requester: Requester,
  input: CreateCompanyInput,
): Promise<CreateCompanyOutcome> {
  const addressed = { ...input, customerEmail: whomToMail(requester, input) };
  const checked = checkCompanyRequest(addressed, apps.offered, apps.byDefault, ownHosts);
  const faults = [...(checked.ok ? [] : checked.faults), ...mayNotName(requester, input)];
  if (!checked.ok || faults.length > 0) return { kind: 'invalid', faults };

  const request: CheckedRequest = { ...checked.company, draft: input.draft === true };
  const digest = request.idempotencyKey === null ? null : secrets.digest(canonical(request));
  const created = await insertCompany(em, requester, request, secrets, digest);
  if (!created) return whoWasFirst(em, requester, request, secrets);

  if (created.status === 'QUEUED') bell.queued(created.id);
  return { kind: 'created', company: created };
}

type CheckedRequest = CheckedCompany & { readonly draft: boolean };

/** Customers are mailed at their own address; partners and operators say whom to mail. */
const whomToMail = (requester: Requester, { customerEmail }: CreateCompanyInput): string =>
  (requester.namesCustomers ? (customerEmail ?? requester.email) : requester.email) ?? '';

function mayNotName(requester: Requester, { customerEmail }: CreateCompanyInput): Fault[] {
  if (requester.namesCustomers || customerEmail == null || customerEmail === requester.email) return [];
  const message = 'Leave the address out: only partners and operators may name another one than their own.';
  return [{ field: 'customerEmail', code: 'NOT_ALLOWED', message }];
}

/** The request as one text, the same for the same request whatever the order of its fields. */
const canonical = (request: CheckedRequest): string =>
  JSON.stringify(Object.entries(request).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Company and first event in one statement; undefined when its site name or its idempotency key is there already. */
async function insertCompany(
  em: SqlEntityManager,
  requester: Requester,
  request: CheckedRequest,
  secrets: SecretBox,
  digest: string | null,
): Promise<CompanyRow | undefined> {
  return tables(em)
    .with('created', (query) =>
      query
        .insertInto('company')
        .values({
          company_name: request.companyName,
          company_abbr: request.companyAbbr,
          admin_email: request.adminEmail,
          default_currency: request.defaultCurrency,
          country: request.country,
          site_name: request.siteName,
          apps: [...request.apps],
          status: request.draft ? 'DRAFT' : 'QUEUED',
          attempt: request.draft ? 0 : 1,
          queued_at: request.draft ? null : now,
          created_by: requester.subject,
          customer_email: request.customerEmail ?? '',
          idempotency_key: request.idempotencyKey,
          request_digest: digest,
          sealed_password: secrets.seal(request.adminPassword, request.siteName),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll(),
    )
    .with('logged', (query) =>
      query
        .insertInto('company_event')
        .columns(['company_id', 'version', 'attempt', 'status', 'site_status', 'progress', 'message'])
        .expression((from) =>
          from
            .selectFrom('created')
            .select(['id', 'version', 'attempt', 'status', 'site_status', 'progress'])
            .select(sql.val(request.draft ? 'Saved as a draft.' : 'Waiting for a worker.').as('message')),
        ),
    )
    .selectFrom('created')
    .selectAll()
    .executeTakeFirst();
}

/** Tells why nothing was inserted: the same request came before, the key was used for another one, or the name is taken. */
async function whoWasFirst(
  em: SqlEntityManager,
  requester: Requester,
  request: CheckedRequest,
  secrets: SecretBox,
): Promise<CreateCompanyOutcome> {
  const { idempotencyKey, siteName } = request;
  if (idempotencyKey === null) return { kind: 'site-name-taken', siteName };

  const first = await tables(em)
    .selectFrom('company')
    .selectAll()
    .where('created_by', '=', requester.subject)
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirst();
  if (!first) return { kind: 'site-name-taken', siteName };
  if (secrets.matches(canonical(request), first.request_digest ?? '')) return { kind: 'created', company: first };
  return { kind: 'idempotency-key-reused', idempotencyKey };
}
