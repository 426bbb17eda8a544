import { companyById } from '../company/find-companies.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import { timeZoneOf } from '../company/time-zone.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import { failureSentence } from '../language/failure-sentence.ts';
import { languageFor } from '../language/language.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { MailAccount } from './mail-account.ts';
import { extendAttempt, type MailSubject, type PendingMail, recordRefused, recordSent, takeDueMail } from './outbox.ts';
import type { MailContent, RenderedMail } from './render-mail.ts';
import { type Smtp, SmtpError } from './smtp.ts';

export interface MailDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly smtp: Smtp;
  readonly account: MailAccount;
  readonly render: (content: MailContent) => RenderedMail;
  readonly siteUrl: (siteName: string) => string;
  /** Where customers see what became of their company; left out where they cannot. */
  readonly companyUrl?: ((companyId: string) => string) | undefined;
  /** Where the console shows webhook endpoints to those who are mailed about one; left out where there is no console to link to. */
  readonly accessUrl?: string | undefined;
  readonly supportEmail: string;
  /** Of sites that are requested without one; that of the country’s capital when left out. */
  readonly usualTimeZone?: string | undefined;
  readonly sandbox: boolean;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

/** How long one delivery attempt may take, in milliseconds. */
const attemptLimit = 60_000;
/** The pause between extensions of the claim, in milliseconds. */
const heartbeat = 5_000;
/** How long recording an outcome waits for an unavailable database, in milliseconds. */
const recordLimit = 60_000;

/**
 * Sends the pending mails about a company or an endpoint, each once: what the server accepts is recorded as sent, the rest is retried later. An
 * attempt that died after the server had accepted the mail is repeated with the same Message-ID. The company's status never
 * depends on it.
 */
export async function deliverMail(deps: MailDeps, subject: MailSubject): Promise<void> {
  const { db, account, liveness } = deps;
  for (;;) {
    using _mail = liveness.watch('mail', attemptLimit + recordLimit + turnLimit);
    using begun = account.beginAttempt();
    const mail = begun && (await takeDueMail(db, subject));
    if (!mail) return;
    await attemptDelivery(deps, mail);
  }
}

async function attemptDelivery(deps: MailDeps, mail: PendingMail): Promise<void> {
  const { db, account, metrics, log } = deps;
  const { kind, tries } = mail;
  const about = mail.company_id === null ? { endpoint: mail.endpoint_id } : { companyId: mail.company_id };
  using kept = keepAttempt(db, mail);
  const startedAt = performance.now();
  const outcome = await send(deps, mail, kept.signal).catch(asError);
  const seconds = (performance.now() - startedAt) / 1_000;
  // An accepted mail must not look unsent because the database is unavailable: it would be sent again.
  const inTime = AbortSignal.timeout(recordLimit);
  if (outcome instanceof Error) {
    const fault = outcome instanceof SmtpError ? outcome.fault : 'unclear';
    const permanent = fault === 'mail';
    const accountNow = accountAfter(outcome);
    if (accountNow === 'works') account.worked();
    const pause = accountNow === 'fails' ? account.failed(outcome.message) : undefined;
    metrics.mailAttempted(kind, permanent ? 'refused' : 'deferred', seconds);
    log.warn({ ...about, kind, tries, fault, err: outcome.message }, 'mail not accepted');
    await retryWhileUnavailable(
      () => recordRefused(db, mail, { error: outcome.message, account: accountNow, permanent, pause }),
      inTime,
    );
  } else {
    account.worked();
    metrics.mailAttempted(kind, 'accepted', seconds);
    log.info({ ...about, kind, response: outcome.response }, 'mail accepted');
    await retryWhileUnavailable(() => recordSent(db, mail), inTime);
  }
}

/** A reply about a mail means that the account was accepted. */
const accountAfter = (error: Error): 'works' | 'fails' | undefined => {
  if (!(error instanceof SmtpError)) return undefined;
  if (error.fault === 'account') return 'fails';
  return error.responseCode === undefined ? undefined : 'works';
};

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Keeps the delivery attempt claimed until it is disposed of; the signal aborts when another worker has begun one, or it takes too long. */
function keepAttempt(db: Db, mail: PendingMail): Disposable & { readonly signal: AbortSignal } {
  const overtaken = new AbortController();
  const timer = setInterval(() => {
    extendAttempt(db, mail).then(
      (kept) => kept || overtaken.abort(new Error('Another worker is sending this mail.')),
      () => {
        // The database is unavailable: the next extension reaches it, or another worker sends the mail.
      },
    );
  }, heartbeat);
  return {
    signal: AbortSignal.any([overtaken.signal, AbortSignal.timeout(attemptLimit)]),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

async function send(deps: MailDeps, mail: PendingMail, signal: AbortSignal): Promise<{ response: string }> {
  const company = mail.company_id === null ? undefined : await companyById(deps.db, mail.company_id);
  const rendered = deps.render(company ? contentOf(deps, mail, company) : disabledContentOf(deps, mail));
  // The same for every attempt, so that a server or a reader recognises a second copy; whatever becomes of our own addresses.
  const messageId = `<${mail.id}@${company?.site_name ?? 'webhooks.invalid'}>`;
  return deps.smtp.send({ to: mail.recipient, messageId, ...rendered, signal });
}

/** The owner's language and time zone are not known. */
function disabledContentOf({ supportEmail, accessUrl }: MailDeps, mail: PendingMail): MailContent {
  const { endpoint_id: endpointId, disabled_endpoint: endpoint, created_at: endedAt } = mail;
  if (endpointId === null || endpoint === null) throw new Error('A mail is about neither a company nor an endpoint.');
  return {
    kind: 'ENDPOINT_DISABLED',
    locale: null,
    supportEmail,
    endedAt,
    timeZone: 'UTC',
    endpointId,
    endpoint,
    accessUrl,
  };
}

function contentOf(deps: MailDeps, mail: PendingMail, company: CompanyRow): MailContent {
  const common = {
    locale: company.locale,
    companyId: company.id,
    companyName: company.company_name,
    siteName: company.site_name,
    supportEmail: deps.supportEmail,
    endedAt: mail.created_at,
    timeZone: timeZoneOf(company.time_zone, company.country, deps.usualTimeZone),
  };
  if (mail.kind === 'SITE_FAILED') {
    return {
      kind: 'SITE_FAILED',
      ...common,
      reason: reasonOf(mail, company),
      companyUrl: deps.companyUrl?.(company.id),
    };
  }
  return {
    kind: 'SITE_READY',
    ...common,
    companyAbbr: company.company_abbr,
    defaultCurrency: company.default_currency,
    country: company.country,
    apps: company.apps,
    siteUrl: deps.siteUrl(company.site_name),
    adminEmail: company.admin_email,
    adminPassword: deps.secrets.open(company.sealed_password ?? '', company.site_name),
    sandbox: deps.sandbox,
  };
}

/** In the customer's language, unless an earlier version kept nothing but its sentence. */
const reasonOf = ({ failure, reason }: PendingMail, company: CompanyRow): string =>
  failure === null ? (reason ?? '') : failureSentence(languageFor(company.locale), failure, company);
