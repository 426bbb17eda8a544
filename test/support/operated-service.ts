import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type MailKind,
  ResendMailDocument,
  ServiceStatusDocument,
  type ServiceStatusQueryVariables,
  type UndeliveredMailFieldsFragment,
} from '../../src/client/operations.ts';
import { openSandboxHost } from '../../src/site-hosts/sandbox/sandbox-host.ts';
import { Faults, faultyHost } from './faulty-host.ts';
import { type Manner, openFaultySmtp } from './faulty-smtp.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './test-service.ts';

export const password = 'canary Zq7x9W & more';

/** A service whose site host and mail server fail as told, and an operator who looks at it and resends its mails. */
export async function openOperatedService(closer: { after(close: () => Promise<void>): void }) {
  const sites = mkdtempSync(join(tmpdir(), 'test-operators-'));
  closer.after(async () => rmSync(sites, { recursive: true, force: true }));
  const server = await openFaultySmtp();
  closer.after(() => server.close());
  const faults = new Faults();
  const host = faultyHost(openSandboxHost({ directory: sites }), faults);
  const opened = await openTestService(closer, { host, env: { SMTP_URL: server.url } });
  const { clientOf } = opened;
  const operator = await clientOf('olga', 'operator');

  /** Everything that operators were told. */
  const answers: unknown[] = [];
  async function serviceStatus(variables: ServiceStatusQueryVariables = { first: 100 }) {
    const answer = await operator.execute(ServiceStatusDocument, variables);
    answers.push(answer);
    const { undeliveredMails, ...work } = answer.serviceStatus;
    return { ...work, ...undeliveredMails, mails: undeliveredMails.edges.map(({ node }) => node) };
  }
  async function resend(mailId: string, recipient?: string) {
    const { resendMail } = await operator.execute(ResendMailDocument, { mailId, recipient });
    answers.push(resendMail);
    return resendMail;
  }
  async function mustResend(mailId: string, recipient?: string): Promise<UndeliveredMailFieldsFragment> {
    const answer = await resend(mailId, recipient);
    return answer.__typename === 'ResendMailSuccess' ? answer.mail : assert.fail(JSON.stringify(answer));
  }

  /** A company whose attempt has ended, and whose customer's mails the server meets in these manners. */
  async function endedCompany(name: string, ...manners: Manner[]) {
    const recipient = `${name}@customers.example`;
    server.behave(recipient, ...manners);
    const customer = await clientOf(name, 'customer');
    const { id } = await createCompany(customer, requestFor(`${name}.localhost`, { adminPassword: password }));
    const events = await watchToEnd(customer, id);
    return { id, recipient, customer, status: events.at(-1)?.status };
  }

  /** The company's mail, once it is recorded that its try of this number did not deliver it. Asks until then. */
  async function undelivered(
    { id }: { id: string },
    tries = 1,
    kind?: MailKind,
  ): Promise<UndeliveredMailFieldsFragment> {
    for (;;) {
      const { mails } = await serviceStatus();
      const mail = mails.find(
        (candidate) => candidate.company?.id === id && candidate.kind === (kind ?? candidate.kind),
      );
      const tryHasEnded = mail?.state === 'REFUSED' || Date.parse(mail?.dueAt ?? '') > Date.now();
      if (mail?.tries === tries && tryHasEnded) return mail;
    }
  }

  /** Resolves once it is recorded that a server has accepted the mail. Asks until then. */
  async function recordedAsSent(mailId: string): Promise<void> {
    while ((await serviceStatus()).mails.some(({ id }) => id === mailId));
  }

  return {
    ...opened,
    server,
    faults,
    answers,
    serviceStatus,
    resend,
    mustResend,
    endedCompany,
    undelivered,
    recordedAsSent,
  };
}
