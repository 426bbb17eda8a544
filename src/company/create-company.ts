import { sql } from 'kysely';
import type { SecretBox } from '../secrets/secret-box.ts';
import { type Act, recordOf } from './act.ts';
import { appendEvent } from './append-event.ts';
import {
  type CheckedCompany,
  type CompanyRequest,
  checkCompanyRequest,
  type Fault,
  type FaultCode,
} from './company-request.ts';
import { mailAddressFault } from './mail-address.ts';
import type { Notifier } from './notifier.ts';
import { type CompanyQuotas, exceededBy, findExceeded, type QuotaExceeded, type QuotaUse } from './quotas.ts';
import { requestDigest, type SentRequest, wasAskedForBy } from './request-digest.ts';
import type { Requester } from './requester.ts';
import { type CompanyColumn, type CompanyRow, type Db, now } from './tables.ts';
import { isVisibleTo } from './visibility.ts';

export interface CreateCompanyDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  readonly secrets: SecretBox;
  /** The names under which this service answers. */
  readonly ownHosts: readonly string[];
  /** The domains below which sites lie; any when there is none. */
  readonly siteDomains?: readonly string[];
  /** How much a customer or partner may have; without bound when left out. */
  readonly quotas?: CompanyQuotas | undefined;
  /** The apps that the site host offers. */
  readonly apps: readonly string[];
  /** What is needed of a company that is created; all when left out. */
  readonly columns?: readonly CompanyColumn[] | undefined;
}

export type CreateCompanyInput = CompanyRequest & { readonly draft?: boolean | null };

export type CreateCompanyOutcome =
  | { readonly kind: 'created'; readonly company: CompanyRow }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] }
  | { readonly kind: 'site-name-taken'; readonly siteName: string; readonly holder: CompanyRow | undefined }
  | { readonly kind: 'quota-exceeded'; readonly exceeded: QuotaExceeded }
  | { readonly kind: 'idempotency-key-reused'; readonly idempotencyKey: string };

/**
 * Creates a company from a request: checks it, stores it durably (queued, or as a draft) and notifies workers. A repeated
 * request with the same idempotency key returns the company that the first one created.
 */
export async function createCompany(
  deps: CreateCompanyDeps,
  requester: Requester,
  input: CreateCompanyInput,
  act?: Act,
): Promise<CreateCompanyOutcome> {
  const { notifier } = deps;
  const given = checkInput(deps, requester, input);
  if (!given.ok) return { kind: 'invalid', faults: given.faults };

  const { request } = given;
  const sent = { sent: input, checked: request };
  const digest = request.idempotencyKey === null ? null : requestDigest(sent);
  for (;;) {
    const created = await insertCompany(deps, requester, request, digest, act);
    if (created) notifier.moved(created);
    const outcome = created
      ? { kind: 'created' as const, company: created }
      : await whyNotInserted(deps, requester, sent);
    if (outcome?.kind === 'created') act?.isAbout(outcome.company.id);
    if (outcome) return outcome;
  }
}

type CheckedRequest = CheckedCompany & { readonly draft: boolean };

/** What of a request can be checked without looking at others. */
export function checkInput(
  { ownHosts, siteDomains, apps }: Pick<CreateCompanyDeps, 'ownHosts' | 'siteDomains' | 'apps'>,
  requester: Requester,
  input: CreateCompanyInput,
): { readonly ok: true; readonly request: CheckedRequest } | { readonly ok: false; readonly faults: readonly Fault[] } {
  const unaddressed = requester.namesCustomers ? undefined : faultOfOwnAddress(requester, input);
  const customerEmail = unaddressed ? null : whomToMail(requester, input);
  const checked = checkCompanyRequest({ ...input, customerEmail }, apps, ownHosts, siteDomains);
  const faults = [...(checked.ok ? [] : checked.faults), ...(unaddressed ? [unaddressed] : [])];
  return checked.ok && faults.length === 0
    ? { ok: true, request: { ...checked.company, draft: input.draft === true } }
    : { ok: false, faults };
}

/** Customers are mailed at their own address; partners and operators name the recipient. */
export const whomToMail = (requester: Requester, { customerEmail }: CreateCompanyInput): string =>
  (requester.namesCustomers ? (customerEmail ?? requester.email) : requester.email) ?? '';

/** Why a customer cannot be mailed at their own address, which they have from their token: one fault, and one that they can mend. */
function faultOfOwnAddress({ email }: Requester, { customerEmail }: CreateCompanyInput): Fault | undefined {
  const fault = (code: FaultCode, message: string): Fault => ({ field: 'customerEmail', code, message });
  if (customerEmail != null && customerEmail !== email) {
    return fault(
      'NOT_ALLOWED',
      'Leave the address out: only partners and operators may name another one than their own.',
    );
  }
  if (!email)
    return fault('REQUIRED', 'Sign in with a token that holds your mail address: the site is announced there.');
  const unusable = mailAddressFault(email);
  return (
    unusable && fault(unusable, 'Sign in with a token that holds one plain mail address, such as jane@example.com.')
  );
}

/**
 * Company, first event and entry of the audit log in one statement, which counts what the quotas bound as well; undefined when its site name or its
 * idempotency key is there already, or a quota is used up.
 */
async function insertCompany(
  { db, secrets, quotas, columns }: CreateCompanyDeps,
  requester: Requester,
  request: CheckedRequest,
  digest: string | null,
  act: Act | undefined,
): Promise<CompanyRow | undefined> {
  const company = {
    company_name: request.companyName,
    company_abbr: request.companyAbbr,
    admin_email: request.adminEmail,
    default_currency: request.defaultCurrency,
    country: request.country,
    time_zone: request.timeZone,
    locale: request.locale,
    site_name: request.siteName,
    apps: [...request.apps],
    status: request.draft ? 'DRAFT' : 'QUEUED',
    attempt: request.draft ? 0 : 1,
    queued_at: request.draft ? null : now,
    created_by: requester.owner,
    customer_email: request.customerEmail ?? '',
    external_reference: request.externalReference,
    metadata: JSON.stringify(request.metadata),
    idempotency_key: request.idempotencyKey,
    request_digest: digest,
    sealed_password: secrets.seal(request.adminPassword, request.siteName),
  } as const;
  const created = await db
    .with('exceeded', () => sql<QuotaExceeded>`(${exceededBy(requester, useOf(request), quotas)})`)
    .with('created', (query) =>
      query
        .insertInto('company')
        .columns(Object.keys(company) as (keyof typeof company)[]) // it has these alone
        .expression(sql`select ${sql.join(Object.values(company))} where not exists (select from exceeded)`)
        .onConflict((conflict) => conflict.doNothing())
        .returningAll(),
    )
    .with('logged', () => appendEvent({ kind: 'CREATED', draft: request.draft }, 'created'))
    .with('recorded', () => recordOf(act, 'created'))
    .selectFrom('created')
    .$call((row) => (columns ? row.select(columns) : row.selectAll()))
    .executeTakeFirst();
  if (created) act?.wasRecorded();
  return created;
}

export const useOf = ({ draft, customerEmail }: Pick<CheckedRequest, 'draft' | 'customerEmail'>): QuotaUse => ({
  creates: true,
  queues: !draft,
  customerEmail: customerEmail ?? '',
});

/**
 * Why nothing was inserted: the same request came before, the key was used for another one, the name is taken, or a
 * quota is used up. Undefined when there is room again by now.
 */
async function whyNotInserted(
  { db, secrets, quotas }: CreateCompanyDeps,
  requester: Requester,
  request: SentRequest & { readonly checked: CheckedRequest },
): Promise<CreateCompanyOutcome | undefined> {
  const { idempotencyKey, siteName } = request.checked;
  const first =
    idempotencyKey === null
      ? undefined
      : await db
          .selectFrom('company')
          .selectAll()
          .where('created_by', '=', requester.owner)
          .where('idempotency_key', '=', idempotencyKey)
          .executeTakeFirst();
  if (first && wasAskedForBy(first, request, secrets)) return { kind: 'created', company: first };
  if (first && idempotencyKey !== null) return { kind: 'idempotency-key-reused', idempotencyKey };

  const taken = await findHolder(db, requester, siteName);
  if (taken) return { kind: 'site-name-taken', siteName, ...taken };
  const exceeded = await findExceeded(db, exceededBy(requester, useOf(request.checked), quotas));
  return exceeded && { kind: 'quota-exceeded', exceeded };
}

/** Whether a company has the site name; its holder only where the requester may see it. */
export async function findHolder(
  db: Db,
  requester: Requester,
  siteName: string,
): Promise<{ readonly holder: CompanyRow | undefined } | undefined> {
  const holder = await db.selectFrom('company').selectAll().where('site_name', '=', siteName).executeTakeFirst();
  return holder && { holder: isVisibleTo(requester, holder) ? holder : undefined };
}
