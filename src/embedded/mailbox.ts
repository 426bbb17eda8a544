import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { newMailId, openInboxFolder } from './inbox-folder.ts';
import { type InboxPage, inboxPage } from './inbox-page.ts';
import type { ReceivedMail } from './received-mail.ts';

export type { ReceivedMail };

export interface Mailbox {
  /** `smtp://127.0.0.1:<port>`, without TLS and without a login. */
  readonly url: string;
  /** The newest 200, oldest first. */
  readonly mails: readonly ReceivedMail[];
  /** How many files of its folder hold no mail. */
  readonly broken: number;
  /**
   * The oldest kept mail that the predicate accepts, as soon as there is one.
   * Rejects with the signal's reason when it aborts, and when the mailbox is closed.
   */
  next(predicate: (mail: ReceivedMail) => boolean, signal: AbortSignal): Promise<ReceivedMail>;
  /** The page at a path below `/inbox` (with its query), or undefined if the path is not the inbox's. */
  page(path: string): InboxPage | undefined;
  /** Ends the server and rejects pending waits for a mail. May be called twice. */
  close(): Promise<void>;
}

const keptMails = 200;
const largestMail = 2 * 1024 * 1024;

/**
 * An inbox that takes every mail for every address: SMTP on 127.0.0.1 and a free port. Its mails outlive it in `folder`;
 * without one they are in memory only.
 */
export async function openMailbox(folder?: string): Promise<Mailbox> {
  const kept = folder === undefined ? undefined : openInboxFolder(folder, keptMails);
  const mails: ReceivedMail[] = [...(kept?.mails ?? [])];
  const arrivals = new EventEmitter<{ mail: [] }>().setMaxListeners(0);
  const closing = new AbortController();

  const server = new SMTPServer({
    // Its own certificate has expired, and on this machine's loopback there is nothing to hide.
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    size: largestMail,
    closeTimeout: 100,
    onData(stream, session, done) {
      receive(stream, session)
        .then((mail) => {
          kept?.keep(mail);
          mails.push(mail);
          const oldest = mails.length > keptMails ? mails.shift() : undefined;
          if (oldest) kept?.forget(oldest);
          done();
          arrivals.emit('mail');
        })
        .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error))));
    },
  });

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<ReceivedMail> {
    const mail = await simpleParser(stream, { skipHtmlToText: true, skipTextToHtml: true });
    if (stream.sizeExceeded) {
      // 552 is permanent: a retry would not make it smaller.
      throw Object.assign(new Error(`The mail is larger than ${largestMail} bytes`), { responseCode: 552 });
    }
    const { mailFrom, rcptTo } = session.envelope;
    const receivedAt = new Date();
    return {
      id: newMailId(receivedAt),
      from: mail.from?.text ?? (mailFrom ? mailFrom.address : ''),
      to: rcptTo.map(({ address }) => address),
      subject: mail.subject ?? '',
      messageId: mail.messageId ?? '',
      html: mail.html === false ? undefined : mail.html,
      text: mail.text,
      receivedAt,
      headers: mail.headerLines.map(({ line }) => {
        const colon = line.indexOf(':');
        return {
          name: line.slice(0, colon),
          value: line
            .slice(colon + 1)
            .replace(/\r?\n\s*/g, ' ')
            .trim(),
        };
      }),
    };
  }

  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  // A client that breaks its connection is reported here; it is its own trouble, and the client sees it too.
  server.on('error', () => {});
  // Cast: a server that listens on a TCP port has an AddressInfo.
  const { port } = listening.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    broken: kept?.broken ?? 0,
    async next(predicate, signal) {
      const over = AbortSignal.any([signal, closing.signal]);
      for (;;) {
        over.throwIfAborted();
        const mail = mails.find(predicate);
        if (mail !== undefined) return mail;
        await once(arrivals, 'mail', { signal: over }).catch(() => over.throwIfAborted());
      }
    },
    page: (path) => inboxPage(path, mails),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort(new Error('The mailbox was closed'));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
