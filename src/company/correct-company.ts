import { type SqlBool, sql, type UpdateObject } from 'kysely';
import type { SecretBox } from '../secrets/secret-box.ts';
import { type Act, recordOf } from './act.ts';
import { appendEvent } from './append-event.ts';
import type { CompanyId } from './company-id.ts';
import {
  type CheckedCompany,
  type CheckedCompanyRequest,
  type CompanyRequest,
  checkCompanyRequest,
  type Fault,
} from './company-request.ts';
import type { CreateCompanyDeps } from './create-company.ts';
import { isUntouchedDraft } from './delete-draft.ts';
import { compareVersion } from './expected-version.ts';
import { findCompany } from './find-companies.ts';
import type { MoveOutcome } from './queue-company.ts';
import type { Requester } from './requester.ts';
import { isFinal } from './status.ts';
import { type CompanyRow, type Db, now, type Tables } from './tables.ts';
import { isOwnedBy, isVisibleTo } from './visibility.ts';

type Field = keyof Omit<CompanyRequest, 'idempotencyKey'>;

/** What is to be different; what is null or left out stays. */
export type Correction = { readonly [Each in Field]?: CompanyRequest[Each] | null };

export type CorrectionOutcome =
  | MoveOutcome
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] }
  | { readonly kind: 'site-name-taken'; readonly siteName: string; readonly holder: CompanyRow | undefined }
  /** The mail to the former address was accepted, or is being sent. */
  | { readonly kind: 'mailed' };

export type CorrectDeps = Omit<CreateCompanyDeps, 'quotas'>;

/**
 * Corrects a company: everything of a draft that no worker has ever worked on; of any other its reference, its metadata, its locale and,
 * until its mail is out, the address to mail. What is so already is no change.
 */
export async function correctCompany(
  deps: CorrectDeps,
  requester: Requester,
  id: CompanyId,
  correction: Correction,
  act?: Act,
  expectedVersion?: number,
): Promise<CorrectionOutcome> {
  const { db, notifier, secrets } = deps;
  const found = await findCompany(db, requester, id);
  if (!found) return { kind: 'not-found' };
  if (!isOwnedBy(requester, found)) return { kind: 'read-only' };
  const checked = checkCorrection(deps, found, correction);
  const denied = correction.customerEmail != null && !requester.namesCustomers ? [notAllowed] : [];
  if (!checked.ok || denied.length > 0)
    return { kind: 'invalid', faults: [...(checked.ok ? [] : checked.faults), ...denied] };

  const changed = changesOf(found, checked.company, correction.adminPassword ?? undefined, secrets);
  const compared = await compareVersion(db, found, expectedVersion, ['CORRECTED', 'ADDRESS_CORRECTED']);
  const isDone = Object.keys(changed).length === 0;
  if (compared === 'conflict' || (compared === 'repeated' && !isDone))
    return { kind: 'version-conflict', company: found };
  if (isDone) return { kind: 'moved', company: found };
  if (Object.keys(changed).some((column) => !correctable.has(column)) && !isUntouchedDraft(found))
    return { kind: 'wrong-status', company: found };
  if (changed.site_name !== undefined) {
    const { siteName } = checked.company;
    const holder = await db.selectFrom('company').selectAll().where('site_name', '=', siteName).executeTakeFirst();
    if (holder)
      return { kind: 'site-name-taken', siteName, holder: isVisibleTo(requester, holder) ? holder : undefined };
  }

  const corrected = await writeCorrection(db, found, changed, act);
  if (corrected) {
    act?.wasRecorded();
    notifier.moved(corrected);
    return { kind: 'moved', company: corrected };
  }
  const company = await findCompany(db, requester, id);
  if (company?.version === found.version && isFinal(company.status)) return { kind: 'mailed' };
  return correctCompany(deps, requester, id, correction, act, expectedVersion);
}

/** What may be corrected whatever a worker has done. */
const correctable: ReadonlySet<string> = new Set(['customer_email', 'locale', 'external_reference', 'metadata']);

const notAllowed: Fault = {
  field: 'customerEmail',
  code: 'NOT_ALLOWED',
  message: 'Leave the address out: only partners and operators may name another one than their own.',
};

/** Checks the company as it would be: a draft by the present rules, any other by those that do not change. */
function checkCorrection(deps: CorrectDeps, found: CompanyRow, correction: Correction): CheckedCompanyRequest {
  const { apps, ownHosts, siteDomains } = isUntouchedDraft(found) ? deps : { apps: found.apps };
  const request: CompanyRequest = {
    companyName: correction.companyName ?? found.company_name,
    companyAbbr: correction.companyAbbr ?? found.company_abbr,
    adminEmail: correction.adminEmail ?? found.admin_email,
    adminPassword: correction.adminPassword ?? 'the present one, checked before',
    defaultCurrency: correction.defaultCurrency ?? found.default_currency,
    country: correction.country ?? found.country,
    timeZone: correction.timeZone ?? found.time_zone,
    locale: correction.locale ?? found.locale,
    domain: correction.domain ?? found.site_name,
    apps: correction.apps ?? found.apps,
    customerEmail: correction.customerEmail ?? found.customer_email,
    externalReference: correction.externalReference ?? found.external_reference,
    metadata: correction.metadata ?? found.metadata,
  };
  return checkCompanyRequest(request, apps, ownHosts, siteDomains);
}

/** The columns that differ. A password is encrypted for the name of its site, and so again when that changes. */
function changesOf(
  found: CompanyRow,
  checked: CheckedCompany,
  password: string | undefined,
  secrets: SecretBox,
): UpdateObject<Tables, 'company'> {
  const wanted = {
    company_name: checked.companyName,
    company_abbr: checked.companyAbbr,
    admin_email: checked.adminEmail,
    default_currency: checked.defaultCurrency,
    country: checked.country,
    time_zone: checked.timeZone,
    locale: checked.locale,
    site_name: checked.siteName,
    apps: [...checked.apps],
    customer_email: checked.customerEmail ?? '',
    external_reference: checked.externalReference,
    metadata: checked.metadata,
  } satisfies Partial<CompanyRow>;
  const changed: UpdateObject<Tables, 'company'> = Object.fromEntries(
    Object.entries(wanted).filter(
      ([column, value]) => JSON.stringify(value) !== JSON.stringify(found[column as keyof typeof wanted]),
    ),
  );
  if (changed.metadata !== undefined) changed.metadata = sql`${JSON.stringify(wanted.metadata)}::jsonb`;
  const sealed = found.sealed_password;
  const present = sealed === null ? undefined : secrets.open(sealed, found.site_name);
  const isNewPassword = password !== undefined && password !== present;
  const next = isNewPassword ? password : changed.site_name === undefined ? undefined : present;
  return next === undefined ? changed : { ...changed, sealed_password: secrets.seal(next, checked.siteName) };
}

/**
 * Company, event, entry of the audit log and, after the company's end, its mail in one statement. Undefined when it has moved meanwhile,
 * and when its address is to change and its mail is out.
 */
async function writeCorrection(
  db: Db,
  { id, version, status, sealed_password: sealed }: CompanyRow,
  changed: UpdateObject<Tables, 'company'>,
  act: Act | undefined,
): Promise<CompanyRow | undefined> {
  const address = typeof changed.customer_email === 'string' ? changed.customer_email : undefined;
  const isMailed = address !== undefined && isFinal(status);
  return db
    .with('locked', (query) =>
      query
        .selectFrom('company')
        .select(['id', 'attempt'])
        .where('id', '=', id)
        .where('version', '=', version)
        .where(sql<SqlBool>`sealed_password is not distinct from ${sealed}`)
        .forUpdate(),
    )
    .with('mail', (query) =>
      query
        .updateTable('outbox_mail')
        .from('locked')
        .set({ state: 'WAITING', due_at: now, ...(isMailed ? { recipient: address } : {}) })
        .whereRef('outbox_mail.company_id', '=', 'locked.id')
        .whereRef('outbox_mail.attempt', '=', 'locked.attempt')
        .where('outbox_mail.state', '<>', 'SENT')
        .where(sql<SqlBool>`(outbox_mail.try_until is null or outbox_mail.try_until < now())`)
        .where(sql.lit(isMailed))
        .returning('outbox_mail.id'),
    )
    .with('corrected', (query) =>
      query
        .updateTable('company')
        .from('locked')
        .set({ ...changed, version: sql`version + 1` })
        .whereRef('company.id', '=', 'locked.id')
        .where((row) => (isMailed ? row.exists(row.selectFrom('mail').select('mail.id')) : sql<SqlBool>`true`))
        .returningAll('company'),
    )
    .with('logged', () => appendEvent({ kind: address === undefined ? 'CORRECTED' : 'ADDRESS_CORRECTED' }, 'corrected'))
    .with('recorded', () => recordOf(act, 'corrected'))
    .selectFrom('corrected')
    .selectAll()
    .executeTakeFirst();
}
