import { setTimeout as pause } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { CompanyId } from '../company/company-id.ts';
import { companyById } from '../company/find-companies.ts';
import type { SecretBox } from '../company/secret-box.ts';
import type { CompanyRow } from '../company/tables.ts';
import type { Log } from '../log.ts';
import { type OwedMail, recordRefused, recordSent, takeOwedMail } from './outbox.ts';
import type { MailContent, RenderedMail } from './render-mail.ts';
import { type Smtp, SmtpError } from './smtp.ts';

export interface MailDeps {
  readonly em: SqlEntityManager;
  readonly secrets: SecretBox;
  readonly smtp: Smtp;
  readonly render: (content: MailContent) => RenderedMail;
  readonly siteUrl: (siteName: string) => string;
  readonly supportEmail: string;
  readonly sandbox: boolean;
  readonly log: Log;
}

/** How long one try may take, in milliseconds; shorter than the outbox lets it last. */
const tryLimit = 60_000;

/**
 * Sends the mails that are owed for a company, each once: what the server accepted is recorded as sent, the rest is
 * tried again later. A try that died after the server accepted it is repeated with the same Message-ID.
 * The company's status never depends on it.
 */
export async function deliverMail(deps: MailDeps, companyId: CompanyId): Promise<void> {
  const { em, log } = deps;
  for (let mail = await takeOwedMail(em, companyId); mail; mail = await takeOwedMail(em, companyId)) {
    const owed = mail;
    const { kind, tries } = owed;
    try {
      const response = await send(deps, owed, await companyById(em, companyId));
      log.info({ companyId, kind, response }, 'mail accepted');
    } catch (error) {
      const forGood = error instanceof SmtpError && error.permanent;
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ companyId, kind, tries, forGood, err: why }, 'mail not accepted');
      await persist(() => recordRefused(em, owed, why, forGood));
      continue;
    }
    await persist(() => recordSent(em, owed));
  }
}

/** A database that is away for a while must not make a mail that was accepted look unsent: it would be sent again. */
async function persist(record: () => Promise<void>): Promise<void> {
  const until = performance.now() + tryLimit;
  for (let wait = 250; ; wait = Math.min(wait * 2, 5_000)) {
    try {
      return await record();
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(wait);
    }
  }
}

async function send(deps: MailDeps, mail: OwedMail, company: CompanyRow): Promise<string> {
  const rendered = deps.render(contentOf(deps, mail, company));
  // The same on every try, so that a server or a reader recognises a second copy.
  const messageId = `<${mail.id}@${company.site_name}>`;
  const signal = AbortSignal.timeout(tryLimit);
  const { response } = await deps.smtp.send({ to: mail.recipient, messageId, ...rendered, signal });
  return response;
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
