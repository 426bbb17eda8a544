import { type OutgoingMail, type Smtp, SmtpError } from '../../src/mail/smtp.ts';

export const mailManners = ['accepts', 'defers', 'refuses', 'accepts, and the answer is lost'] as const;
export type MailManner = (typeof mailManners)[number];

/** A mail server in memory that keeps what it accepted, and knows how often it could not say so. */
export interface RecordingSmtp extends Smtp {
  readonly accepted: readonly OutgoingMail[];
  /** The Message-ID of each mail that was accepted without its sender's knowledge. */
  readonly unanswered: readonly string[];
}

export function recordingSmtp(turn: (what: string) => Promise<void>, mode: () => MailManner): RecordingSmtp {
  const accepted: OutgoingMail[] = [];
  const unanswered: string[] = [];
  return {
    accepted,
    unanswered,
    async send(mail) {
      await turn(`a mail arrives for ${mail.to}`);
      const how = mode();
      if (how === 'refuses') throw new SmtpError('550 No such mailbox', { code: 'EENVELOPE', permanent: true });
      if (how === 'defers') throw new SmtpError('450 Try again later', { code: 'EENVELOPE' });
      accepted.push(mail);
      if (how !== 'accepts') unanswered.push(mail.messageId);
      await turn(`an answer about the mail for ${mail.to}`);
      if (how !== 'accepts') throw new SmtpError('The connection was closed', { code: 'ECONNECTION' });
      return { response: '250 Accepted' };
    },
    async verify() {},
    close() {},
  };
}
