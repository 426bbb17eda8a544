import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { after, describe, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { CompanyId } from '../src/company/company-id.ts';
import { deliverMail, type MailDeps } from '../src/mail/deliver-mail.ts';
import { openMailAccount } from '../src/mail/mail-account.ts';
import { readMailAccountFault } from '../src/mail/mail-account-fault.ts';
import { loadMailTemplates } from '../src/mail/render-mail.ts';
import { openSmtp, type Smtp, SmtpError } from '../src/mail/smtp.ts';
import { readSmtpUrl } from '../src/mail/smtp-settings.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { openMetrics } from '../src/observability/metrics.ts';
import { runAttempt } from '../src/provisioning/run-attempt.ts';
import { memoryHost, openCompanyStore } from './support/company-store.ts';

/** A mail server that answers as `answers` says, and takes everything else. */
const answers = new Map<string, string>();
const asked: string[] = [];
const usual: Readonly<Record<string, string>> = {
  greeting: '220 mail.example ESMTP',
  EHLO: '250-mail.example\r\n250 AUTH PLAIN',
  AUTH: '235 2.7.0 Welcome',
  DATA: '354 Go on',
  content: '250 2.0.0 Taken',
  QUIT: '221 Bye',
};
const server = createServer((socket) => {
  let inContent = false;
  const answer = (to: string): void => {
    asked.push(to);
    socket.write(`${answers.get(to) ?? usual[to] ?? '250 2.0.0 OK'}\r\n`);
  };
  answer('greeting');
  const lines = createInterface(socket);
  // A client that expects TLS goes away in the middle of an answer.
  for (const stream of [socket, lines]) stream.on('error', () => {});
  lines.on('line', (line) => {
    const command = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? '';
    if (inContent && line !== '.') return;
    if (inContent) answer('content');
    else answer(command);
    inContent = !inContent && command === 'DATA' && !answers.has('DATA');
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
// Cast: a server that listens on a TCP port has an AddressInfo.
const { port } = server.address() as AddressInfo;
const open = () => openSmtp(readSmtpUrl(`smtp://companies:secret@127.0.0.1:${port}`), 'sites@hosting.example');
const smtp = open();
const store = await openCompanyStore(after);
after(() => {
  smtp.close();
  server.close();
});

const mail = {
  to: 'jane@customers.example',
  messageId: '<1@acme.localhost>',
  language: 'en',
  subject: 'S',
  html: '<p>H</p>',
  text: 'T',
};

describe('replies of a mail server', () => {
  const replies: [to: string, reply: string, fault: SmtpError['fault']][] = [
    ['greeting', '554 No SMTP service here', 'account'],
    ['greeting', '421 Too busy', 'account'],
    ['AUTH', '535 5.7.8 Wrong credentials', 'account'],
    ['AUTH', '534 5.7.9 Mechanism too weak', 'account'],
    ['AUTH', '454 4.7.0 Temporary failure', 'account'],
    ['MAIL', '530 5.7.0 Authentication required', 'account'],
    ['MAIL', '550 5.1.8 The sender’s domain is unknown', 'account'],
    ['MAIL', '451 Over quota', 'account'],
    ['MAIL', '552 5.3.4 Too large', 'mail'],
    ['RCPT', '550 5.1.1 No such user', 'mail'],
    ['RCPT', '550 No such user', 'mail'],
    ['RCPT', '552 5.2.2 Mailbox full', 'mail'],
    ['RCPT', '450 4.2.1 Greylisted', 'unclear'],
    ['RCPT', '554 5.7.1 Relay access denied', 'account'],
    ['RCPT', '554 5.7.1 Client host is on a list', 'unclear'],
    ['RCPT', '421 4.7.0 Too many mails', 'account'],
    ['content', '554 This is spam', 'mail'],
    ['content', '550 5.7.1 Content refused', 'mail'],
    ['content', '550 5.7.60 Not permitted to send as this sender', 'account'],
    ['content', '452 4.3.1 Out of space', 'unclear'],
  ];
  for (const [to, reply, fault] of replies) {
    test(`a reply is about ${fault === 'unclear' ? 'neither mail nor account' : `the ${fault}`}: ${to} is answered ${reply}`, async () => {
      answers.set(to, reply);
      const error = await smtp.send(mail).then(
        () => assert.fail('It was sent.'),
        (thrown: unknown) => thrown,
      );
      answers.clear();
      assert.ok(error instanceof SmtpError);
      assert.equal(error.fault, fault, error.message);
    });
  }
});

/** A worker of mails as another process would be one: none of its connections has signed in, and it knows of no fault. */
function openMailWorker(t: TestContext, at: () => Smtp = open) {
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  const metrics = openMetrics();
  const smtp = at();
  t.after(() => smtp.close());
  const deps: MailDeps = {
    db: store.db,
    secrets: store.secrets,
    smtp,
    account: openMailAccount(metrics, log),
    render: loadMailTemplates(),
    siteUrl: (siteName) => `http://${siteName}/`,
    supportEmail: 'support@hosting.example',
    sandbox: true,
    metrics,
    liveness: openLiveness(),
    log,
  };
  return { deps, logged };
}

async function companyWithPendingMail(name: string): Promise<CompanyId> {
  const { id } = await store.create(name);
  await runAttempt(store.provisioning(memoryHost()), id, new AbortController().signal);
  return id;
}

/** Makes every mail that waits due, as if its pause were over. */
const pausesEnd = () => store.em.execute(`update outbox_mail set due_at = now() where state = 'WAITING'`);
const states = async () =>
  (await store.em.execute<{ state: string }[]>('select state from outbox_mail')).map(({ state }) => state);

test('mails wait while the account is refused, one probes it, and then all are sent', async (t) => {
  const { deps, logged } = openMailWorker(t);
  const ids: CompanyId[] = [];
  for (const name of ['first', 'second', 'third']) ids.push(await companyWithPendingMail(name));
  answers.set('AUTH', '535 5.7.8 Wrong credentials');
  asked.length = 0;
  for (const id of [...ids, ...ids]) await deliverMail(deps, id);
  assert.equal(asked.filter((command) => command === 'AUTH').length, 1, 'the others wait');
  assert.equal(logged.filter((line) => line.includes('the mail account does not work')).length, 1);
  assert.match((await deps.metrics.page(undefined, new Map())).body, /^provisioning_mail_account_up 0$/m);
  assert.deepEqual(await states(), ['WAITING', 'WAITING', 'WAITING']);

  answers.clear();
  // Another worker, which knows nothing of it yet, or this one after its pause.
  await pausesEnd();
  const later = openMailWorker(t);
  for (const id of ids) await deliverMail(later.deps, id);
  assert.deepEqual(await states(), ['SENT', 'SENT', 'SENT']);
  assert.match((await later.deps.metrics.page(undefined, new Map())).body, /^provisioning_mail_account_up 1$/m);
});

describe('faults of the mail account', () => {
  const nobody = () => openSmtp(readSmtpUrl('smtp://companies:secret@127.0.0.1:1'), 'sites@hosting.example');
  const faults: [what: string, at: () => Smtp, to: string, reply: string, cause: RegExp][] = [
    ['wrong credentials', open, 'AUTH', '535 5.7.8 Wrong credentials', /EAUTH 535/],
    ['an exhausted quota', open, 'MAIL', '451 4.7.1 Over quota', /Over quota/],
    ['a server that cannot be reached', nobody, 'AUTH', '', /ECONNREFUSED/],
    [
      'a server that has no TLS',
      () => openSmtp(readSmtpUrl(`smtps://companies:secret@127.0.0.1:${port}`), 'sites@hosting.example'),
      'AUTH',
      '',
      /ERR_SSL|ETLS|ESOCKET/,
    ],
  ];
  for (const [what, at, to, reply, cause] of faults) {
    test(`a fault of the account is stored once for all mails and ends with it: ${what}`, async (t) => {
      const { db, em } = store;
      assert.equal(await readMailAccountFault(db), null);
      const name = what.replace(/\W/g, '-').toLowerCase();
      const ids = [await companyWithPendingMail(`${name}-1`), await companyWithPendingMail(`${name}-2`)];
      if (reply) answers.set(to, reply);
      await deliverMail(openMailWorker(t, at).deps, ids[0] ?? assert.fail());
      const first = await readMailAccountFault(db);
      assert.ok(first);
      assert.match(first.cause, cause);
      assert.doesNotMatch(first.cause, /secret/);
      assert.equal(first.waitingMails, 2);

      await deliverMail(openMailWorker(t, at).deps, ids[1] ?? assert.fail());
      assert.deepEqual(await readMailAccountFault(db), first, 'it began when the first worker met it');
      const errors = await em.execute<{ last_error: null }[]>(
        `select last_error from outbox_mail where state = 'WAITING'`,
      );
      assert.deepEqual(errors, [{ last_error: null }, { last_error: null }], 'and is no error of the mails');

      answers.clear();
      await pausesEnd();
      const mended = openMailWorker(t);
      await deliverMail(mended.deps, ids[1] ?? assert.fail());
      assert.equal(await readMailAccountFault(db), null);
      await deliverMail(mended.deps, ids[0] ?? assert.fail());
      assert.ok((await states()).every((state) => state === 'SENT'));
    });
  }

  test('a fault of the account ends when the server accepts the login but defers the mail', async (t) => {
    const id = await companyWithPendingMail('put-off');
    answers.set('AUTH', '535 5.7.8 Wrong credentials');
    await deliverMail(openMailWorker(t).deps, id);
    assert.ok(await readMailAccountFault(store.db));
    answers.clear();
    answers.set('RCPT', '450 4.2.1 Greylisted');
    await pausesEnd();
    await deliverMail(openMailWorker(t).deps, id);
    answers.clear();
    assert.equal(await readMailAccountFault(store.db), null);
  });
});
