import { createTransport } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import { encodeWord } from 'nodemailer/lib/mime-funcs';
import { type SmtpFault, smtpFault } from './smtp-fault.ts';
import type { SmtpSettings } from './smtp-settings.ts';

/** One mail to one recipient. */
export interface OutgoingMail {
  /** A bare address, `user@example.com`. */
  readonly to: string;
  /** `<id@host>`; the same for every attempt, so that a mail that was accepted unnoticed is recognised. */
  readonly messageId: string;
  /** A language tag (BCP 47). */
  readonly language: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Cancels the attempt; `send` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Smtp {
  /** Resolves with the server's reply once it has accepted the mail; rejects with an SmtpError. */
  send(mail: OutgoingMail): Promise<{ response: string }>;
  /** Connects and signs in; rejects with an SmtpError. */
  verify(): Promise<void>;
  /** Takes no more mail and closes the connections after finishing the deliveries under way. */
  close(): void;
}

/** Why a mail was not accepted. Never holds any of the mail's content, nor a cause that does. */
export class SmtpError extends Error {
  override readonly name = 'SmtpError';
  /** nodemailer's code, or the system's where there is one: `EENVELOPE`, `EAUTH`, `ETIMEDOUT`, `ECONNREFUSED`. */
  readonly code: string;
  /** The server's reply code, e.g. 550. */
  readonly responseCode: number | undefined;
  readonly fault: SmtpFault;

  constructor(
    message: string,
    options: { code: string; responseCode?: number | undefined; fault?: SmtpFault; permanent?: boolean },
  ) {
    super(message);
    this.code = options.code;
    this.responseCode = options.responseCode;
    this.fault = options.fault ?? (options.permanent ? 'mail' : 'unclear');
  }

  /** The same mail would be refused again. */
  get permanent(): boolean {
    return this.fault === 'mail';
  }
}

/**
 * Opens a pool of connections to a mail server; the first mail makes the first connection.
 *
 * @param from the sender of the mails: `user@example.com` or `Name <user@example.com>`
 * @throws SmtpError when `from` cannot be used
 */
export function openSmtp(settings: SmtpSettings, from: string): Smtp {
  const server = serverName(settings);
  const sender = senderOf(from);
  const transport = createTransport({
    pool: true,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    ...settings,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    async send({ to, messageId, language, subject, html, text, signal }) {
      signal?.throwIfAborted();
      const recipient = recipientOf(to);
      if (!/^<[^\s<>@]+@[^\s<>@]+>$/.test(messageId)) throw unusable('The Message-ID is not of the form <id@host>');
      try {
        const { response } = await transport.sendMail({
          from: sender,
          to: { name: '', address: recipient },
          envelope: { from: sender.address, to: [recipient] },
          messageId,
          subject: asTyped(subject),
          html,
          text,
          // Not textEncoding, which leaves plain ASCII as it is: relays may then cut the blank that a password ends with.
          encoding: 'quoted-printable',
          headers: {
            'Content-Language': language,
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
          },
          ...(signal ? { signal } : {}),
        });
        return { response: response ?? '' };
      } catch (error) {
        signal?.throwIfAborted();
        throw withoutContent(error, server);
      }
    },
    async verify() {
      try {
        await transport.verify();
      } catch (error) {
        throw withoutContent(error, server);
      }
    },
    close: () => transport.close(),
  };
}

/**
 * What may be reported of a transport's error. A server can quote a mail in its reply and nodemailer puts the reply into the
 * error, so the reply is kept only for the commands before the content, and the error itself is not kept as a cause.
 */
function withoutContent(error: unknown, server: string): SmtpError {
  const { code, originalCode, command, timeoutType, response, responseCode } = fieldsOf(error);
  const beforeContent = command === 'MAIL FROM' || command === 'RCPT TO';
  const reply = beforeContent && response ? response : [originalCode ?? code, responseCode].filter(Boolean).join(' ');
  const refused = responseCode !== undefined;
  return new SmtpError(`${refused ? 'Refused by' : 'No delivery to'} the mail server ${server}: ${reply}`, {
    code: originalCode ?? code,
    responseCode,
    fault: smtpFault({ code: originalCode ?? code, command, timeoutType, responseCode, response }),
  });
}

function fieldsOf(error: unknown) {
  const fields: Record<string, unknown> = error instanceof Error ? { ...error } : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  return {
    code: text('code') ?? 'EUNKNOWN',
    originalCode: text('originalCode'),
    command: text('command'),
    timeoutType: text('timeoutType'),
    response: text('response'),
    responseCode: typeof fields.responseCode === 'number' ? fields.responseCode : undefined,
  };
}

const unusable = (message: string) => new SmtpError(message, { code: 'ECONFIG', permanent: true });

/**
 * What looks like an encoded word would be decoded by a mail program, into controls too. Encoded itself, it is shown as it
 * was typed (RFC 2047 section 2); nodemailer encodes only what is not ASCII.
 */
const asTyped = (text: string): string => (text.includes('=?') ? encodeWord(text, 'Q', 52) : text);

/** Host and port, without the credentials. */
const serverName = ({ host, port }: SmtpSettings): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** A comma or a line break in an address would be a second recipient or another header: one bare address, or none. */
function recipientOf(to: string): string {
  const parts = to.split('@');
  if (to.length > 254 || parts.length !== 2 || !parts.every((part) => /^[^\s\p{C},;:<>()[\]"\\]+$/u.test(part))) {
    throw new SmtpError('The recipient is not one plain e-mail address', { code: 'EENVELOPE', permanent: true });
  }
  return to;
}

function senderOf(from: string): { name: string; address: string } {
  const [sender, ...others] = addressparser(from, { flatten: true });
  if (!sender || others.length > 0 || !/^[^\s@]+@[^\s@]+$/.test(sender.address)) {
    throw unusable('The sender is neither user@example.com nor Name <user@example.com>');
  }
  return { name: sender.name, address: sender.address };
}
