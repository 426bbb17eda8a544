import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { newMailId, openInboxFolder } from '../src/embedded/inbox-folder.ts';
import { inboxContentSecurityPolicy, inboxPage } from '../src/embedded/inbox-page.ts';
import { type Mailbox, openMailbox, type ReceivedMail } from '../src/embedded/mailbox.ts';

const limit = { timeout: 60_000 };

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'test-inbox-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe('embedded mailbox', limit, () => {
  const never = new AbortController().signal;
  const opened: Mailbox[] = [];
  after(() => Promise.all(opened.map((mailbox) => mailbox.close())));

  async function open(t: TestContext) {
    const mailbox = await openMailbox();
    opened.push(mailbox);
    const transport = createTransport(mailbox.url, { from: 'Support <support@example.com>' });
    t.after(() => transport.close());
    return { mailbox, transport };
  }

  test('a mail reaches those who wait already and those who ask later', async (t) => {
    const { mailbox, transport } = await open(t);
    const waited = mailbox.next((mail) => mail.subject === 'Your site is ready – Zürich', never);
    const sent = await transport.sendMail({
      to: [{ name: 'Ann', address: 'ann@example.com' }, 'bob@example.com'],
      subject: 'Your site is ready – Zürich',
      html: '<p>Grüezi</p>',
      text: 'Grüezi',
      headers: { 'X-Company': 'COMP-2026-00001' },
    });
    const mail = await waited;
    assert.equal(mail, await mailbox.next(({ to }) => to.includes('bob@example.com'), never));
    assert.deepEqual(mailbox.mails, [mail]);
    assert.equal(mail.from, '"Support" <support@example.com>');
    assert.deepEqual(mail.to, ['ann@example.com', 'bob@example.com']);
    assert.equal(mail.messageId, sent.messageId);
    assert.equal(mail.html?.trim(), '<p>Grüezi</p>');
    assert.equal(mail.text?.trim(), 'Grüezi');
    assert(mail.headers.some(({ name, value }) => name === 'X-Company' && value === 'COMP-2026-00001'));
    assert.match(mailbox.page('/inbox')?.body ?? '', /Your site is ready – Zürich/);
    assert.equal(mailbox.page(`/inbox/${mail.id}`)?.status, 200);
  });

  test('waiting for a mail ends with its signal and when the mailbox closes', async (t) => {
    const { mailbox } = await open(t);
    const aborted = new AbortController();
    const reason = new Error('the deadline');
    const first = assert.rejects(
      mailbox.next(() => true, aborted.signal),
      reason,
    );
    const second = assert.rejects(
      mailbox.next(() => true, never),
      /The mailbox was closed/,
    );
    aborted.abort(reason);
    await first;
    await mailbox.close();
    await second;
    await assert.rejects(
      mailbox.next(() => true, AbortSignal.abort(reason)),
      reason,
    );
  });

  test('the mailbox keeps the newest 200 mails', async (t) => {
    const { mailbox } = await open(t);
    const pool = createTransport({
      url: mailbox.url,
      pool: true,
      maxConnections: 1,
      maxMessages: Number.POSITIVE_INFINITY,
    });
    t.after(() => pool.close());
    const mails = Array.from({ length: 203 }, (_, n) => ({
      from: 'a@example.com',
      to: 'b@example.com',
      subject: `${n}`,
      text: '.',
    }));
    await Promise.all(mails.map((mail) => pool.sendMail(mail)));
    assert.deepEqual(
      mailbox.mails.map(({ subject }) => subject),
      mails.slice(3).map(({ subject }) => subject),
    );
  });

  test('the mailbox’s folder keeps its mails for the next start, for its owner only, and invalid files are reported', async (t) => {
    const inbox = join(folder(t), 'inbox');
    const first = await openMailbox(inbox);
    const transport = createTransport(first.url, { from: 'Support <support@example.com>' });
    for (const subject of ['one', 'two']) {
      await transport.sendMail({ to: 'ann@example.com', subject, html: `<p>${subject}</p>`, text: subject });
    }
    transport.close();
    await first.close();
    const files = readdirSync(inbox);
    assert.equal(files.length, 2);
    const modes = [inbox, ...files.map((file) => join(inbox, file))].map((path) => statSync(path).mode & 0o777);
    assert.deepEqual(modes, [0o700, 0o600, 0o600]);

    // What a full disk, a killed process, another program and a curious hand leave behind.
    const [one = ''] = files.toSorted();
    writeFileSync(join(inbox, one.replace(/-.*/, '-00000000.json')), readFileSync(join(inbox, one)).subarray(0, 99));
    writeFileSync(join(inbox, one.replace(/-.*/, '-00000001.json')), '{"from": 7}');
    writeFileSync(join(inbox, one.replace('.json', '.part')), '{');
    writeFileSync(join(inbox, 'notes.txt'), 'not ours');
    chmodSync(inbox, 0o755);
    const second = await openMailbox(inbox);
    opened.push(second);
    assert.deepEqual(second.mails, first.mails);
    assert.equal(second.broken, 2);
    assert.equal(second.page(`/inbox/${first.mails[0]?.id}`)?.status, 200);
    assert.equal(statSync(inbox).mode & 0o777, 0o700);
    assert.deepEqual(
      readdirSync(inbox).filter((name) => !name.endsWith('.json')),
      ['notes.txt'],
    );
  });

  test('the mailbox’s folder keeps no more files than mails', (t) => {
    const directory = folder(t);
    const inbox = openInboxFolder(directory, 3);
    const mails = [1, 2, 3, 4, 5].map(
      (second): ReceivedMail => ({
        ...{ id: newMailId(new Date(second * 1_000)), receivedAt: new Date(second * 1_000), subject: `${second}` },
        ...{ from: 'a@example.com', to: [], messageId: '', html: undefined, text: 'x', headers: [] },
      }),
    );
    for (const mail of mails) inbox.keep(mail);
    assert.deepEqual(openInboxFolder(directory, 3).mails, mails.slice(2));
    assert.equal(readdirSync(directory).length, 3);
  });

  test('an oversized mail is refused permanently', async (t) => {
    const { transport } = await open(t);
    const large = { to: 'b@example.com', text: 'x'.repeat(70).concat('\n').repeat(30_000) };
    await assert.rejects(
      transport.sendMail(large),
      (error: Error & { responseCode?: number }) => error.responseCode === 552,
    );
  });
});

describe('the inbox page', () => {
  const attack = `"'></title></dd></pre></iframe><script>alert(1)</script>&amp;`;
  const hostile: ReceivedMail = {
    id: '1',
    from: attack,
    to: [attack],
    subject: attack,
    messageId: attack,
    html: attack,
    text: attack,
    receivedAt: new Date('2026-01-02T03:04:05Z'),
    headers: [{ name: attack, value: attack }],
  };

  test('the inbox page escapes everything from a mail', () => {
    for (const path of ['/inbox', '/inbox/1', '/inbox/1?text']) {
      const body = inboxPage(path, [hostile])?.body ?? '';
      assert(body.includes('&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;'), path);
      assert.equal(body.split('<script').length, path === '/inbox/1' ? 2 : 1, path);
      assert(!body.includes('<script>alert'), path);
      assert.equal(body.split('</title>').length, 2, path);
      assert.equal(body.split('</iframe>').length, path === '/inbox/1' ? 2 : 1, path);
    }
  });

  test('the inbox page shows a mail’s HTML in a frame without scripts that opens links in a new tab only', () => {
    const body = inboxPage('/inbox/1', [{ ...hostile, html: '<a href="https://acme.localhost">go</a>' }])?.body ?? '';
    assert.match(body, /sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"/);
    const srcdoc = /srcdoc="([^"]*)"/.exec(body)?.[1]?.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
    assert.match(srcdoc ?? '', /^<base target="_blank">.*<a href="https:\/\/acme\.localhost">go<\/a>$/);
    assert.match(inboxContentSecurityPolicy, /^default-src 'none';/);
    const script = /<script>(.*)<\/script>/s.exec(body)?.[1] ?? '';
    const digest = createHash('sha256').update(script).digest('base64');
    assert.ok(inboxContentSecurityPolicy.includes(`; script-src 'sha256-${digest}';`), 'and the page its own script');
    assert.doesNotMatch(inboxContentSecurityPolicy, /frame-src|https?:/);
  });

  test('the inbox page lists the newest first, says how to get a mail, and has its own paths only', () => {
    const mails = ['1', '2'].map((id) => ({ ...hostile, id, subject: `mail ${id}` }));
    assert.match(inboxPage('/inbox', mails)?.body ?? '', /mail 2.*mail 1/s);
    assert.match(inboxPage('/inbox/', [])?.body ?? '', /No mail yet.*Create a company/s);
    assert.equal(inboxPage('/inbox/3', mails)?.status, 404);
    assert.match(
      inboxPage('/inbox/2', [{ ...hostile, id: '2', html: undefined, text: 'only text' }])?.body ?? '',
      /<pre>only text<\/pre>/,
    );
    for (const path of ['/', '/inboxes', '/inbox/1/2', '/graphql']) assert.equal(inboxPage(path, mails), undefined);
  });
});
