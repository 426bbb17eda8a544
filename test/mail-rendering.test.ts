// One mail from its content to the wire: rendering and SMTP share the samples, which are most of this file.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { loadMailTemplates, type SiteFailedContent, type SiteReadyContent } from '../src/mail/render-mail.ts';
import { openSmtp, SmtpError } from '../src/mail/smtp.ts';
import { readSmtpUrl } from '../src/mail/smtp-settings.ts';

const render = loadMailTemplates();

const ready: SiteReadyContent = {
  kind: 'SITE_READY',
  locale: null,
  endedAt: new Date('2026-11-26T22:05:00Z'),
  timeZone: 'America/New_York',
  companyId: 'COMP-2026-00001',
  companyName: 'Acme Corporation',
  companyAbbr: 'ACME',
  defaultCurrency: 'USD',
  country: 'United States',
  apps: ['erpnext', 'hrms'],
  siteName: 'acme.localhost',
  siteUrl: 'http://acme.localhost:4000',
  adminEmail: 'admin@acme.example',
  adminPassword: 'a&b<c>"\'',
  supportEmail: 'support@example.com',
  sandbox: false,
};
const failed: SiteFailedContent = {
  kind: 'SITE_FAILED',
  locale: null,
  endedAt: new Date('2026-11-26T22:05:00Z'),
  timeZone: 'America/New_York',
  companyId: 'COMP-2026-00002',
  companyName: 'Acme Corporation',
  siteName: 'acme.localhost',
  reason: 'The app hrms is not available here.',
  companyUrl: undefined,
  supportEmail: 'support@example.com',
};

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const awkwardNames = [
  '<script>alert("1")</script>',
  '"><img src=x onerror=alert(1)>',
  `O'Neill & "Sons" <Ltd>`,
  '<%= it.adminPassword %> {{ name }} $& $1',
  'Ünïcode 🚀 株式会社',
  'شركة الاختبار המניה',
  'N'.repeat(140),
  'word '.repeat(28).trim(),
];

describe('a rendered mail', () => {
  test('a failure mail links to the company in the console, where there is one to link to', () => {
    const companyUrl = 'https://companies.example.com/console/companies/COMP-2026-00001';
    const { html, text } = render({ ...failed, companyUrl });
    assert.match(html, new RegExp(`<a href="${companyUrl}"[^>]*>See every step</a>`));
    assert.ok(text.includes(`See every step:\n${companyUrl}\n`), text);
    const without = render(failed);
    assert.ok(!(without.html + without.text).includes('See every step'));
  });

  test('a rendered mail has the exact subject', () => {
    assert.equal(render(ready).subject, 'Your Site is Ready: Acme Corporation');
    assert.equal(render(failed).subject, 'Site Provisioning Failed: Acme Corporation');
  });

  for (const companyName of awkwardNames) {
    test(`a rendered mail shows every value exactly: ${companyName.slice(0, 40)}`, () => {
      for (const content of [
        { ...ready, companyName },
        { ...failed, companyName, reason: `${companyName} failed.` },
      ]) {
        const { subject, html, text } = render(content);
        assert.ok(subject.endsWith(`: ${companyName}`));
        assert.ok(html.includes(escaped(companyName)));
        if (escaped(companyName) !== companyName) assert.ok(!html.includes(companyName), 'nothing unescaped');
        assert.ok(text.replace(/\s+/g, ' ').includes(companyName), 'nothing escaped in the text');
        assert.doesNotMatch(html + text, /undefined|\[object/);
      }
    });
  }

  for (const adminPassword of [
    'a&b<c>"\'',
    '  two  spaces, both ends  ',
    '<%= 1 %>$&$1',
    'пароль🔑كلمة',
    'p&<"x y'.repeat(74).slice(0, 512),
  ]) {
    test(`a rendered mail shows the password exactly: ${adminPassword.slice(0, 30)}`, () => {
      const { subject, html, text } = render({ ...ready, adminPassword });
      assert.match(html, /white-space: pre-wrap/);
      assert.equal(
        html.split(`>${escaped(adminPassword)}</div>`).length,
        2,
        'in the HTML once, with nothing around it',
      );
      assert.equal(
        text.split('\n').filter((line) => line === adminPassword).length,
        1,
        'in the text on a line of its own',
      );
      assert.ok(!subject.includes(adminPassword));
      assert.ok(!/class="preheader".*?<\/div>/s.exec(html)?.[0].includes(escaped(adminPassword)));
    });
  }

  test('a ready mail says what was installed, what to do next and where to get help', () => {
    for (const body of [render(ready).html, render(ready).text]) {
      for (const value of ['Acme Corporation', 'ACME', 'USD', 'United States', 'erpnext, hrms', 'admin@acme.example']) {
        assert.ok(body.includes(value), value);
      }
      assert.match(body, /Change the password soon/);
      assert.match(body, /support@example\.com/);
      assert.match(body, /http:\/\/acme\.localhost:4000/);
    }
    assert.match(render({ ...ready, apps: [] }).text, /without further apps/);
  });

  test('a ready mail mentions the sandbox only for sandbox sites', () => {
    for (const body of ['html', 'text'] as const) {
      assert.match(render({ ...ready, sandbox: true })[body], /This is a sandbox site/);
      assert.doesNotMatch(render(ready)[body], /sandbox/i);
    }
  });

  test('a failure mail gives the reason, the reference and what to do', () => {
    const { html, text } = render(failed);
    for (const body of [html, text]) {
      assert.match(body, /The app hrms is not available here\./);
      assert.match(body, /COMP-2026-00002/);
      assert.match(body, /Try again/);
    }
    assert.match(html, /href="mailto:support@example\.com\?subject=[^"]*COMP-2026-00002[^"]*"/);
  });

  test('a rendered mail links only to the site and support, and loads nothing', () => {
    for (const content of [ready, failed]) {
      const { html } = render(content);
      const addresses = html.match(/(?:https?:)?\/\/[^\s"<)]+|javascript:|url\(|@import/g) ?? [];
      assert.deepEqual([...new Set(addresses)], content.kind === 'SITE_READY' ? [ready.siteUrl] : []);
      assert.doesNotMatch(html, /<(img|script|link|iframe|object|form)\b|\ssrc=|\son\w+=/i);
      for (const [, href] of html.matchAll(/href="([^"]*)"/g)) {
        assert.ok(href === ready.siteUrl || href?.startsWith('mailto:support@example.com?subject='), href);
      }
    }
  });

  test('a site URL that is not plain http(s) is refused', () => {
    const refused = [
      'javascript:alert(1)',
      'java\nscript:alert(1)',
      ' data:text/html,x',
      '//acme',
      'http://a:b@acme',
      '',
    ];
    for (const siteUrl of refused) assert.throws(() => render({ ...ready, siteUrl }), /http\(s\)/, siteUrl);
  });

  test('a rendered mail contains no line break, control or bidi control of a name', () => {
    for (const content of [ready, failed]) {
      const companyName = 'Acme\r\nBcc: thief@example.com\u0000\u2028\u202eevil\ud800';
      const { subject, html, text } = render({ ...content, companyName });
      assert.ok(subject.endsWith(': Acme Bcc: thief@example.com evil\ufffd'), subject);
      assert.doesNotMatch(html + text, /\nBcc|[\0\u2028\u202e\ud800]/);
    }
  });

  test('a rendered mail is readable at 72 columns and on phones, in light and dark mode', () => {
    for (const content of [{ ...ready, sandbox: true, companyName: 'word '.repeat(28).trim() }, failed]) {
      const { html, text } = render(content);
      for (const line of text.split('\n')) assert.ok(line.length <= 72, line);
      assert.match(html, /<html lang="en"/);
      assert.match(html, /name="color-scheme" content="light dark"/);
      assert.match(html, /@media \(prefers-color-scheme: dark\)/);
      assert.match(html, /max-width: 480px/);
      assert.match(html, /<td class="card" style="[^"]*padding: 40px/);
    }
  });
});

interface Received {
  readonly from: string | false;
  readonly to: readonly string[];
  readonly raw: string;
}

/** A real mail server on a free port that keeps what it takes, and a pool of connections to it. */
async function openBoth(
  t: { after(close: () => Promise<void>): void },
  options: SMTPServerOptions = {},
  sender = 'sites@mail.example',
) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : false,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {
    // A client that goes away in mid-sentence is part of some tests.
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  assert.ok(address && typeof address === 'object');
  const smtp = openSmtp(readSmtpUrl(`smtp://127.0.0.1:${address.port}`), sender);
  // The pool first: the server waits for its connections to end.
  t.after(async () => {
    smtp.close();
    await new Promise<void>((closed) => server.close(() => closed()));
  });
  return { received, smtp };
}

const secret = 'S3cret & <long> "pass"  word '.repeat(17).trimEnd();
const outgoing = () => ({
  to: 'owner@acme.example',
  messageId: '<COMP-2026-00001.1@mail.example>',
  ...render({ ...ready, adminPassword: secret, companyName: 'Łódź & Søns 🚀' }),
});

/** The error of a promise that must reject, after looking for the secret in whatever a logger could print of it. */
async function refusal(promise: Promise<unknown>): Promise<SmtpError> {
  const error = await promise.then(
    () => assert.fail('it did not reject'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SmtpError, String(error));
  const printed = `${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))} ${String(error.cause)}`;
  assert.doesNotMatch(printed, /S3cret|sign-in details|thief/);
  return error;
}

describe('SMTP', () => {
  test('SMTP delivers the given content and Message-ID to one recipient on every attempt', async (t) => {
    const { received, smtp } = await openBoth(t, {}, '"Acme, Sites" <sites@mail.example>');
    await smtp.verify();
    const { response } = await smtp.send(outgoing());
    assert.match(response, /^250/);
    await smtp.send(outgoing());

    assert.equal(received.length, 2);
    for (const { from, to, raw } of received) {
      assert.equal(from, 'sites@mail.example');
      assert.deepEqual(to, ['owner@acme.example']);
      const mail = await simpleParser(raw);
      assert.equal(mail.messageId, '<COMP-2026-00001.1@mail.example>');
      assert.equal(mail.subject, 'Your Site is Ready: Łódź & Søns 🚀');
      assert.deepEqual(mail.from?.value, [{ name: 'Acme, Sites', address: 'sites@mail.example' }]);
      assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
      assert.equal(mail.text?.trimEnd(), outgoing().text.trimEnd());
      assert.ok(mail.text?.split('\n').includes(secret), 'the password came through exactly');
      assert.equal(mail.html, outgoing().html);
      assert.equal(mail.attachments.length, 0);
      for (const line of raw.split('\r\n')) assert.ok(line.length <= 998);
    }
  });

  test('SMTP shows a name that looks like encoded words as it was typed', async (t) => {
    const { received, smtp } = await openBoth(t);
    const names = [
      '=?utf-8?Q?=00=0D=0ABcc:_eve?= =?UTF-8?B?4oCu?=',
      'Acme =?utf-8?b?AAo=?= GmbH',
      `${'x'.repeat(60)} =?utf-8?Q?=07?=`,
      'Łódź =?utf-8?Q?=00?= & Søns',
      '=?=?utf-8?Q?=41?=',
    ];
    for (const companyName of names) {
      await smtp.send({ ...outgoing(), ...render({ ...failed, companyName }) });
      const { raw } = received.at(-1) ?? assert.fail();
      const mail = await simpleParser(raw);
      assert.equal(mail.subject, `Site Provisioning Failed: ${companyName}`);
      assert.ok(mail.text?.includes(companyName.split(' ')[0] ?? ''));
      const header = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1] ?? '';
      for (const line of header.split('\r\n')) assert.ok(line.length <= 78, line);
    }
  });

  test('SMTP keeps a trailing blank of a password', async (t) => {
    const { received, smtp } = await openBoth(t);
    await smtp.send({ ...outgoing(), ...render({ ...ready, adminPassword: 'plain password ' }) });
    assert.match(received[0]?.raw ?? '', /^plain password=20\r$/m);
  });

  test('SMTP refuses anything but one plain recipient before sending', async (t) => {
    const { received, smtp } = await openBoth(t);
    const recipients = [
      'owner@acme.example, thief@example.com',
      'owner@acme.example\r\nBcc: thief@example.com',
      'Owner <owner@acme.example>',
      'owner@acme.example thief@example.com',
      'group:owner@acme.example;',
      'owner',
      '',
    ];
    for (const to of recipients) {
      const error = await refusal(smtp.send({ ...outgoing(), to }));
      assert.equal(error.permanent, true);
    }
    await refusal(smtp.send({ ...outgoing(), messageId: '<a@b>\r\nBcc: thief@example.com' }));
    await smtp.send({ ...outgoing(), subject: 'Hello\r\nBcc: thief@example.com' });
    assert.deepEqual(
      received.map(({ to }) => to),
      [['owner@acme.example']],
    );
    assert.doesNotMatch(received[0]?.raw ?? '', /^Bcc:/m);
  });

  test('a refused recipient is a permanent error that says why', async (t) => {
    const { smtp } = await openBoth(t, {
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('No such mailbox'), { responseCode: 550 })),
    });
    const error = await refusal(smtp.send(outgoing()));
    assert.deepEqual([error.code, error.responseCode, error.permanent], ['EENVELOPE', 550, true]);
    assert.match(error.message, /550.*No such mailbox/);
  });

  test('a full mailbox is a transient error', async (t) => {
    const { smtp } = await openBoth(t, {
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('Try later'), { responseCode: 450 })),
    });
    const error = await refusal(smtp.send(outgoing()));
    assert.deepEqual([error.responseCode, error.permanent], [450, false]);
  });

  test('a refusal that quotes the mail does not put the password into the error', async (t) => {
    const { smtp } = await openBoth(t, {
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(Object.assign(new Error(`Spam: ${secret}`), { responseCode: 554 })));
      },
    });
    const error = await refusal(smtp.send(outgoing()));
    assert.deepEqual([error.responseCode, error.permanent], [554, true]);
  });

  test('an unreachable server is a transient error without our credentials', async (t) => {
    const unused = createServer().listen(0, '127.0.0.1');
    await once(unused, 'listening');
    const address = unused.address();
    assert.ok(address && typeof address === 'object');
    await new Promise((closed) => unused.close(closed));

    const smtp = openSmtp(readSmtpUrl(`smtp://user:hunter2@127.0.0.1:${address.port}`), 'sites@mail.example');
    t.after(() => smtp.close());
    for (const attempt of [() => smtp.send(outgoing()), () => smtp.verify()]) {
      const error = await refusal(attempt());
      assert.deepEqual([error.code, error.permanent], ['ECONNREFUSED', false]);
      assert.doesNotMatch(`${error.stack}`, /hunter2/);
    }
  });

  test('SMTP rejects with the reason of an aborted signal', async (t) => {
    const stop = new AbortController();
    const { received, smtp } = await openBoth(t, { onRcptTo: () => stop.abort(new Error('shutting down')) });
    await assert.rejects(smtp.send({ ...outgoing(), signal: stop.signal }), { message: 'shutting down' });
    await assert.rejects(smtp.send({ ...outgoing(), signal: stop.signal }), { message: 'shutting down' });
    assert.equal(received.length, 0);
  });

  test('SMTP refuses an unusable sender or server when it is opened', () => {
    for (const from of ['', 'Acme', 'a@b.example, c@d.example', 'Acme <not-an-address>']) {
      assert.throws(() => openSmtp(readSmtpUrl('smtp://localhost:2525'), from), SmtpError, from);
    }
    for (const url of ['', 'localhost:25', 'http://user:hunter2@mail.example']) {
      assert.throws(
        () => readSmtpUrl(url),
        (error: Error) => !error.message.includes('hunter2'),
        url,
      );
    }
  });
});
