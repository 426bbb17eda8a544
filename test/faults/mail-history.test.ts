import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openSmtp, type Smtp } from '../../src/mail/smtp.ts';
import { readSmtpUrl } from '../../src/mail/smtp-settings.ts';
import { type MailHistory, openMailHistory } from './mail-history.ts';

describe('the history of mails', { timeout: 20_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'test-smtp-history-'));
  const file = join(folder, 'mails.jsonl');
  let history: MailHistory;
  let smtp: Smtp;

  before(async () => {
    history = await openMailHistory(file);
    smtp = openSmtp(readSmtpUrl(`${history.url}?name=worker-1`), 'sites@hosting.example');
  });
  after(async () => {
    smtp.close();
    await history.close();
    rmSync(folder, { recursive: true });
  });

  const idOf = (to: string): string => `<1@${to.split('@')[0]}.localhost>`;
  const send = (to: string, signal?: AbortSignal) =>
    smtp.send({
      to,
      messageId: idOf(to),
      language: 'en',
      subject: 'Ready',
      text: 'All is well.',
      html: '<p>All is well.</p>',
      signal,
    });
  const mailsTo = (to: string) => history.mails().filter(({ recipient }) => recipient === to);
  const linesTo = (to: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"recipient":"${to}"`));

  test('the history has a mail in its file before its 250, with its sender', async () => {
    const to = 'held@customers.example';
    const sent = send(to);
    const { mail, answer } = await history.onDataEnd((recipient) => recipient === to, AbortSignal.timeout(10_000));
    const { at, ...told } = mail;
    assert.ok(Math.abs(at - Date.now()) < 5_000);
    assert.deepEqual(told, {
      recipient: to,
      sender: 'worker-1',
      messageId: idOf(to),
      subject: 'Ready',
      text: 'All is well.',
    });
    assert.deepEqual(linesTo(to), [JSON.stringify(mail)]);
    assert.deepEqual(mailsTo(to), [{ ...mail, answered: false }]);
    answer();
    await sent;
    assert.deepEqual(mailsTo(to), [{ ...mail, answered: true }]);
  });

  test('a mail whose sender disconnected before its 250 is not answered', async () => {
    const to = 'gone@customers.example';
    const gone = new AbortController();
    const sent = send(to, gone.signal);
    const { answer } = await history.onDataEnd((recipient) => recipient === to, AbortSignal.timeout(10_000));
    gone.abort(new Error('gone'));
    await assert.rejects(sent, /gone/);
    // The server handles one after the other, and so the end before this.
    await send('heard@customers.example');
    answer();
    await send(to);
    assert.deepEqual(
      mailsTo(to).map(({ answered }) => answered),
      [false, true],
    );
  });

  test('the history has mails that were taken without a 250, and none that were not taken', async () => {
    const to = 'unlucky@customers.example';
    history.behave(to, 'defer', 'refuse', 'drop', 'take-and-drop', 'slow');
    for (let times = 1; times <= 4; times += 1) await assert.rejects(send(to));
    await send(to);
    assert.deepEqual(
      mailsTo(to).map(({ answered }) => answered),
      [false, true],
    );
    assert.equal(linesTo(to).length, 2);
  });

  test('the history has no mail with incomplete content', async () => {
    const to = 'half@customers.example';
    const { port } = new URL(history.url);
    const socket = connect(Number(port), '127.0.0.1');
    for (const [reply, line] of [
      [/^220/, 'EHLO half'],
      [/^250/, 'MAIL FROM:<sites@hosting.example>'],
      [/^250/, `RCPT TO:<${to}>`],
      [/^250/, 'DATA'],
      [/^354/, 'Message-ID: <1@half>\r\n\r\nAll is'],
    ] as const) {
      const [heard] = await once(socket, 'data');
      assert.match(String(heard), reply);
      socket.write(`${line}\r\n`);
    }
    socket.destroySoon();
    await once(socket, 'close');
    // As above.
    await send('next@customers.example');
    assert.deepEqual(mailsTo(to), []);
  });

  test('a stopped mail server ends connections and takes nothing until it is started', async () => {
    const to = 'later@customers.example';
    const cut = assert.rejects(send(to));
    await history.onDataEnd((recipient) => recipient === to, AbortSignal.timeout(10_000));
    await history.stop();
    await cut;
    await assert.rejects(send(to));
    await history.start();
    await send(to);
    assert.deepEqual(
      mailsTo(to).map(({ answered }) => answered),
      [false, true],
    );
  });

  test('a wait for a mail ends with its signal', async () => {
    const reason = new Error('no longer waiting');
    const waiting = new AbortController();
    const held = history.onDataEnd(() => true, waiting.signal);
    waiting.abort(reason);
    await assert.rejects(held, reason);
    await send('not-held@customers.example');
  });
});
