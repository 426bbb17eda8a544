import type { CompanyId } from '../company/company-id.ts';
import { companyById } from '../company/find-companies.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { MailAccount } from './mail-account.ts';
import { keepTry, type OwedMail, recordRefused, recordSent, takeOwedMail } from './outbox.ts';
import type { MailContent, RenderedMail } from './render-mail.ts';
import { type Smtp, SmtpError } from './smtp.ts';

export interface MailDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly smtp: Smtp;
  readonly account: MailAccount;
  readonly render: (content: MailContent) => RenderedMail;
  readonly siteUrl: (siteName: string) => string;
  readonly supportEmail: string;
  readonly sandbox: boolean;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

/** How long one try may take, in milliseconds. */
const tryLimit = 60_000;
/** How often a try asks for more time, in milliseconds. */
const heartbeat = 5_000;
/** How long recording an outcome waits for a database that is away, in milliseconds. */
const recordLimit = 60_000;

/**
 * Sends the mails that are owed for a company, each once: what the server accepted is recorded as sent, the rest is
 * tried again later. A try that died after the server accepted it is repeated with the same Message-ID.
 * The company's status never depends on it.
 */
export async function deliverMail(deps: MailDeps, companyId: CompanyId): Promise<void> {
  const { db, account, liveness } = deps;
  for (;;) {
    using _mail = liveness.watch('mail', tryLimit + recordLimit + turnLimit);
    using begun = account.beginTry();
    const mail = begun && (await takeOwedMail(db, companyId));
    if (!mail) return;
    await tryMail(deps, mail);
  }
}

async function tryMail(deps: MailDeps, mail: OwedMail): Promise<void> {
  const { db, account, metrics, log } = deps;
  const { company_id: companyId, kind, tries } = mail;
  using kept = keepTrying(db, mail);
  const startedAt = performance.now();
  const outcome = await send(deps, mail, kept.signal).catch(asError);
  const seconds = (performance.now() - startedAt) / 1_000;
  // An accepted mail must not look unsent because the database is away: it would be sent again.
  const inTime = AbortSignal.timeout(recordLimit);
  if (outcome instanceof Error) {
    const fault = outcome instanceof SmtpError ? outcome.fault : 'unclear';
    const forGood = fault === 'mail';
    const told = accountAfter(outcome);
    if (told === 'works') account.worked();
    const pause = told === 'fails' ? account.failed(outcome.message) : undefined;
    metrics.mailTried(kind, forGood ? 'refused' : 'deferred', seconds);
    log.warn({ companyId, kind, tries, fault, err: outcome.message }, 'mail not accepted');
    await retryWhileUnavailable(
      () => recordRefused(db, mail, { why: outcome.message, account: told, forGood, pause }),
      inTime,
    );
  } else {
    account.worked();
    metrics.mailTried(kind, 'accepted', seconds);
    log.info({ companyId, kind, response: outcome.response }, 'mail accepted');
    await retryWhileUnavailable(() => recordSent(db, mail), inTime);
  }
}

/** Whoever is answered about a mail was let in. */
const accountAfter = (error: Error): 'works' | 'fails' | undefined => {
  if (!(error instanceof SmtpError)) return undefined;
  if (error.fault === 'account') return 'fails';
  return error.responseCode === undefined ? undefined : 'works';
};

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Keeps the try ours until it is disposed of; the signal aborts when another worker has begun one, or it takes too long. */
function keepTrying(db: Db, mail: OwedMail): Disposable & { readonly signal: AbortSignal } {
  const overtaken = new AbortController();
  const timer = setInterval(() => {
    keepTry(db, mail).then(
      (kept) => kept || overtaken.abort(new Error('Another worker tries this mail.')),
      () => {
        // The database is away: the next beat finds it again, or another worker tries the mail.
      },
    );
  }, heartbeat);
  return {
    signal: AbortSignal.any([overtaken.signal, AbortSignal.timeout(tryLimit)]),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

async function send(deps: MailDeps, mail: OwedMail, signal: AbortSignal): Promise<{ response: string }> {
  const company = await companyById(deps.db, mail.company_id);
  const rendered = deps.render(contentOf(deps, mail, company));
  // The same on every try, so that a server or a reader recognises a second copy.
  const messageId = `<${mail.id}@${company.site_name}>`;
  return deps.smtp.send({ to: mail.recipient, messageId, ...rendered, signal });
}

function contentOf(deps: MailDeps, mail: OwedMail, company: CompanyRow): MailContent {
  const common = {
    companyId: company.id,
    companyName: company.company_name,
    siteName: company.site_name,
    supportEmail: deps.supportEmail,
  };
  if (mail.kind === 'SITE_FAILED') return { kind: 'SITE_FAILED', ...common, reason: mail.reason ?? '' };
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
