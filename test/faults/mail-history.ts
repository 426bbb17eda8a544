import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type FaultySmtp, openFaultySmtp, type TakenMail } from '../support/faulty-smtp.ts';

/** A mail as the file has it. Each copy of a mail is a line of its own. */
interface MailLine {
  /** When it was taken, in milliseconds by this machine's clock. */
  readonly at: number;
  readonly recipient: string;
  /** What its sender calls itself: `worker-1` where its SMTP_URL ends with `?name=worker-1`. */
  readonly sender: string;
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
}

export interface DeliveredMail extends MailLine {
  /** Its 250 was sent, on a connection that was still there. */
  readonly answered: boolean;
}

/** A mail that is in the history, and whose 250 is delayed until `answer` is called. */
export interface HeldMail {
  readonly mail: MailLine;
  answer(): void;
}

export interface MailHistory extends Pick<FaultySmtp, 'url' | 'behave' | 'stop' | 'start' | 'close'> {
  /** Every mail that was taken, oldest first. */
  mails(): readonly DeliveredMail[];
  /**
   * Resolves with the next mail to a recipient that the predicate accepts, when its content has come in and its 250 is
   * not yet sent: the moment to kill its sender. Rejects with the signal's reason when it aborts before.
   */
  onDataEnd(accepts: (recipient: string) => boolean, signal: AbortSignal): Promise<HeldMail>;
}

/** A mail server that writes each mail into `file`, as a line of JSON that is on the disk before the mail's 250 is sent. */
export async function openMailHistory(file: string): Promise<MailHistory> {
  const disk = openSync(file, 'a');
  const kept: { readonly line: MailLine; readonly taken: TakenMail }[] = [];
  const waiting = new Set<{ accepts(recipient: string): boolean; hold(held: HeldMail): void }>();

  const { url, behave, stop, start, close } = await openFaultySmtp(async (taken) => {
    const line = lineOf(taken);
    writeSync(disk, `${JSON.stringify(line)}\n`);
    fsyncSync(disk);
    kept.push({ line, taken });
    const waits = waiting.values().find(({ accepts }) => accepts(line.recipient));
    if (!waits) return;
    waiting.delete(waits);
    await new Promise<void>((answer) => waits.hold({ mail: line, answer }));
  });

  return {
    url,
    behave,
    stop,
    start,
    mails: () => kept.map(({ line, taken }) => ({ ...line, answered: taken.answered })),
    onDataEnd(accepts, signal) {
      const { promise, resolve: hold, reject } = Promise.withResolvers<HeldMail>();
      const waits = { accepts, hold };
      const giveUp = (): void => {
        waiting.delete(waits);
        reject(signal.reason);
      };
      waiting.add(waits);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
      return promise;
    },
    async close() {
      await close();
      closeSync(disk);
    },
  };
}

const lineOf = ({ recipient, sender, mail }: TakenMail): MailLine => ({
  at: Date.now(),
  recipient,
  sender,
  messageId: mail.messageId ?? '',
  subject: mail.subject ?? '',
  text: mail.text ?? '',
});
