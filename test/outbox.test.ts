import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import type { CompanyId } from '../src/company/company-id.ts';
import { queueCompany } from '../src/company/queue-company.ts';
import { deliverMail, type MailDeps } from '../src/mail/deliver-mail.ts';
import { openMailAccount } from '../src/mail/mail-account.ts';
import { findCompaniesWithDueMail } from '../src/mail/outbox.ts';
import { loadMailTemplates } from '../src/mail/render-mail.ts';
import { openSmtp } from '../src/mail/smtp.ts';
import { readSmtpUrl } from '../src/mail/smtp-settings.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { openMetrics } from '../src/observability/metrics.ts';
import { runAttempt } from '../src/provisioning/run-attempt.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { memoryHost, openCompanyStore } from './support/company-store.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { type Manner, openFaultySmtp } from './support/faulty-smtp.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

const password = 'canary Zq7x9W & more';
const ever = new AbortController().signal;

const server = await openFaultySmtp();
const store = await openCompanyStore(after);
const { db, em, notifier, jane, secrets } = store;
const smtp = openSmtp(readSmtpUrl(server.url), 'sites@hosting.example');
after(async () => {
  smtp.close();
  await server.close();
});

const logged: string[] = [];
const log = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
const deps: MailDeps = {
  db,
  secrets,
  smtp,
  account: openMailAccount(openMetrics(), log),
  render: loadMailTemplates(),
  siteUrl: (siteName) => `http://${siteName}/`,
  supportEmail: 'support@hosting.example',
  sandbox: true,
  metrics: openMetrics(),
  liveness: openLiveness(),
  log,
};

/** A company that has just become ACTIVE, and whose customer's mails the server meets in these manners. */
async function activeCompany(name: string, ...manners: Manner[]) {
  const recipient = `${name}@customers.example`;
  server.behave(recipient, ...manners);
  const { id } = await store.create(name, { adminPassword: password });
  await store.set(id, `customer_email = '${recipient}'`);
  await runAttempt(store.provisioning(memoryHost()), id, ever);
  return { id, recipient, ...afterwards(id) };
}

const afterwards = (id: CompanyId) => ({
  deliver: () => deliverMail(deps, id),
  /** The pause until the next try is over, and nobody has heard of the worker that tries for too long. */
  makeDue: () =>
    em.execute(
      `update outbox_mail set due_at = now(), try_until = try_until - interval '1 hour' where company_id = ?`,
      [id],
    ),
  /** The company's one mail, and in how many seconds somebody may try it. */
  async mail() {
    const [mail, ...others] = await em.execute<
      { state: string; tries: number; last_error: string | null; sent_at: Date | null; pause: number }[]
    >(
      `select state, tries, last_error, sent_at, extract(epoch from coalesce(try_until, due_at) - now())::float as pause from outbox_mail where company_id = ?`,
      [id],
    );
    assert.equal(others.length, 0);
    return mail ?? assert.fail('there is no mail');
  },
  async password() {
    const { sealed_password: sealed, site_name } = (await store.all(id)).company;
    return sealed === null ? 'erased' : secrets.open(sealed, site_name);
  },
});

// Side by side: the pause of the service's mail lasts as long as the others' tests.
describe('the outbox', { concurrency: 2, timeout: 180_000 }, () => {
  test('a deferred mail is sent without help, and one mail for one outcome', async () => {
    const { clientOf } = await openTestService({ after }, { env: { SMTP_URL: server.url } });
    const client = await clientOf('patient', 'customer');
    const recipient = 'patient@customers.example';
    server.behave(recipient, 'hang', 'take');
    const { id } = await createCompany(client, requestFor('patient.localhost', { adminPassword: password }));
    const events = await watchToEnd(client, id);
    assert.equal(events.at(-1)?.status, 'ACTIVE', 'whatever becomes of the mail');
    (await server.hanging(recipient))();
    await server.taken(recipient);
    assert.equal(server.mailsTo(recipient).length, 1);
    assert.equal(server.triesTo(recipient), 2);
  });

  describe('mails', { concurrency: 1 }, () => {
    test('an accepted mail is sent once and erases the password', async () => {
      const company = await activeCompany('taken');
      assert.equal(await company.password(), password);
      await company.deliver();
      const { state, tries, sent_at } = await company.mail();
      assert.deepEqual([state, tries], ['SENT', 1]);
      assert.ok(sent_at);
      assert.equal(await company.password(), 'erased');
      await company.makeDue();
      await company.deliver();

      assert.equal(server.triesTo(company.recipient), 1);
      const [mail] = server.mailsTo(company.recipient);
      assert.equal(mail?.subject, 'Your Site is Ready: Acme Corporation');
      assert.match(mail.text ?? '', /canary Zq7x9W & more/);
    });

    test('a deferred mail is retried after growing pauses, as the same mail', async () => {
      const company = await activeCompany('deferred', 'defer', 'drop', 'take-and-drop', 'take');
      for (const [index, pause] of [5, 10, 20].entries()) {
        await company.deliver();
        const mail = await company.mail();
        assert.deepEqual([mail.state, mail.tries], ['WAITING', index + 1]);
        assert.ok(mail.pause > pause - 2 && mail.pause <= pause, `${mail.pause} seconds after try ${index + 1}`);
        assert.ok(mail.last_error, 'the operator can see why');
        assert.equal(await company.password(), password);
        await company.deliver();
        assert.equal(server.triesTo(company.recipient), index + 1, 'nothing is tried before it is due');
        assert.ok(!(await findCompaniesWithDueMail(db, 100)).includes(company.id));
        await company.makeDue();
        assert.ok((await findCompaniesWithDueMail(db, 100)).includes(company.id));
      }
      await company.deliver();
      const mail = await company.mail();
      assert.deepEqual([mail.state, mail.last_error], ['SENT', null]);
      assert.equal(await company.password(), 'erased');

      // The server has taken it twice, and once could not say so: both copies are one mail.
      const ids = server.mailsTo(company.recipient).map(({ messageId }) => messageId);
      assert.equal(ids.length, 2);
      assert.equal(ids[0], ids[1]);
      assert.match(ids[0] ?? '', /^<[0-9a-f-]{36}@deferred\.localhost>$/);
    });

    test('a deferred mail is retried at least every hour', async () => {
      const company = await activeCompany('long-deferred', 'defer', 'defer');
      for (const tries of [10, 2_000]) {
        await em.execute('update outbox_mail set tries = ?, due_at = now() where company_id = ?', [tries, company.id]);
        await company.deliver();
        const { pause } = await company.mail();
        assert.ok(pause > 3_590 && pause <= 3_600, `${pause} seconds`);
      }
    });

    for (const manner of ['refuse', 'quote'] as const) {
      test(`a permanently refused mail is not retried (${manner})`, async () => {
        const company = await activeCompany(`not-wanted-${manner}`, manner);
        await company.deliver();
        const { state, tries, last_error } = await company.mail();
        assert.deepEqual([state, tries], ['REFUSED', 1]);
        assert.match(last_error ?? '', manner === 'refuse' ? /550 No such mailbox/ : /554/);
        await company.makeDue();
        await company.deliver();
        assert.ok(!(await findCompaniesWithDueMail(db, 100)).includes(company.id));
        assert.equal(server.triesTo(company.recipient), 1);
        assert.equal((await store.all(company.id)).company.status, 'ACTIVE', 'the site is none the worse');
      });
    }

    test('an accepted mail is sent even if the connection ends right after', async () => {
      const company = await activeCompany('then-dropped', 'take-then-drop');
      await company.deliver();
      assert.equal((await company.mail()).state, 'SENT');
      assert.equal(server.mailsTo(company.recipient).length, 1);
    });

    test('one mail is sent by one of two workers that deliver at once', async () => {
      const company = await activeCompany('twice');
      await Promise.all([company.deliver(), company.deliver(), company.deliver()]);
      assert.equal(server.triesTo(company.recipient), 1);
      assert.equal((await company.mail()).tries, 1);
    });

    test('a hanging delivery attempt is exclusive until it counts as lost, and then its outcome no longer counts', async () => {
      const company = await activeCompany('hangs', 'hang', 'take');
      const first = company.deliver();
      const drop = await server.hanging(company.recipient);
      const { pause } = await company.mail();
      assert.ok(pause > 10 && pause <= 30, `${pause} seconds`);
      await company.deliver();
      assert.equal(server.triesTo(company.recipient), 1);

      await company.makeDue();
      await company.deliver();
      drop();
      await first;
      const { state, tries, last_error } = await company.mail();
      assert.deepEqual([state, tries, last_error], ['SENT', 2, null]);
      assert.equal(await company.password(), 'erased');
    });

    test('a failure mail keeps the sentence of its own attempt, and the password stays for the next one', async () => {
      const faults = new Faults();
      faults.fail('one', new SiteHostError('HOST_UNAVAILABLE', 'The first sentence.'));
      faults.fail('one', new SiteHostError('SET_UP_FAILED', 'The second sentence.'));
      const provisioning = store.provisioning(faultyHost(memoryHost(), faults));
      const { id } = await store.create('fails-twice', { adminPassword: password });
      await store.set(id, `customer_email = 'fails-twice@customers.example'`);
      await runAttempt(provisioning, id, ever);
      await queueCompany({ db, notifier }, jane, id);
      await runAttempt(provisioning, id, ever);
      await em.execute('update outbox_mail set failure = null where company_id = ? and attempt = 2', [id]);
      await deliverMail(deps, id);
      assert.equal(await afterwards(id).password(), password);
      await queueCompany({ db, notifier }, jane, id);
      await runAttempt(provisioning, id, ever);
      await deliverMail(deps, id);

      const mails = server.mailsTo('fails-twice@customers.example');
      assert.deepEqual(
        mails.map(({ subject }) => subject?.split(':')[0]),
        ['Site Provisioning Failed', 'Site Provisioning Failed', 'Your Site is Ready'],
      );
      assert.match(mails[0]?.text ?? '', /The server that hosts the sites was unavailable\./);
      assert.match(mails[1]?.text ?? '', /The second sentence\./, 'all that an earlier version kept');
      assert.equal(new Set(mails.map(({ messageId }) => messageId)).size, 3);
    });
  });
});

test('no table keeps the password after delivery', async () => {
  const rows = await em.execute(`select mail::text as text from outbox_mail mail`);
  assert.ok(rows.length >= 10 && logged.length >= 10);
  assert.match(logged.join(''), /mail not accepted/);
  assert.doesNotMatch(`${JSON.stringify(rows)} ${logged.join('')}`, /Zq7x9W/);
});
