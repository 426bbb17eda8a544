/**
 * What a failure to send is about: this mail or its recipient, so it would be refused again; our own account or server, so
 * no mail goes out until that is mended; or neither, so this mail is retried later.
 */
export type SmtpFault = 'mail' | 'account' | 'unclear';

export interface SmtpFailure {
  /** nodemailer's code, or the system's where there is one. */
  readonly code: string;
  /** What was being done: `CONN`, `AUTH PLAIN`, `MAIL FROM`, `RCPT TO`, `DATA`, or `API` before anything was sent. */
  readonly command: string | undefined;
  /** What took too long, if anything did: `CONNECT_TIMEOUT`, `GREETING_TIMEOUT`, `UPGRADE_TIMEOUT`, `SOCKET_TIMEOUT`. */
  readonly timeoutType: string | undefined;
  /** The server's reply code and its text. */
  readonly responseCode: number | undefined;
  readonly response: string | undefined;
}

/** RFC 4954: the account must sign in, differently or again. RFC 5321: 421 closes the whole connection. */
const accountReplies = [421, 454, 530, 534, 535, 538];
/** RFC 3463's subject and detail: of the recipient's address, of its mailbox, of the mail's size and content. */
const aboutMail = /^5\.(1\.([1-6]|10)|2\.\d+|3\.4|6\.\d+)$/;
/** RFC 3463 and RFC 4954: of the sender's address, or that it must sign in or encrypt. */
const aboutAccount = /^[45]\.(1\.[78]|7\.([89]|1[0-3]|60))$/;
/** Without an enhanced code: RFC 5321's replies about a mailbox. */
const mailboxReplies = [550, 551, 552, 553];

export function smtpFault({ code, command, timeoutType, responseCode, response = '' }: SmtpFailure): SmtpFault {
  if (code === 'EENVELOPE' && command === 'API') return 'mail';
  if (responseCode === undefined) return isUnreachable(code) || isBeforeSession(timeoutType) ? 'account' : 'unclear';
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  if (accountReplies.includes(responseCode) || aboutAccount.test(enhanced ?? '')) return 'account';
  if (command === 'MAIL FROM') return enhanced === '5.3.4' ? 'mail' : 'account';
  if (command !== 'RCPT TO' && command !== 'DATA') return 'account';
  if (responseCode < 500 || responseCode === 503) return 'unclear';
  if (command === 'RCPT TO' && /relay/i.test(response)) return 'account';
  if (enhanced !== undefined) {
    // X.7.1 refuses this mail once its content is known; before that it may refuse our account.
    return aboutMail.test(enhanced) || (command === 'DATA' && enhanced.startsWith('5.7.')) ? 'mail' : 'unclear';
  }
  return command === 'DATA' || mailboxReplies.includes(responseCode) ? 'mail' : 'unclear';
}

/** No server, none that can be trusted, or no credentials: the next mail would meet the same. */
const isUnreachable = (code: string): boolean =>
  /^(EDNS|EAUTH|ENOAUTH|ETLS|EREQUIRETLS|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code) ||
  /^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_)/.test(code);

/** Nothing was sent to the server yet. */
const isBeforeSession = (timeoutType = ''): boolean => /^(CONNECT|GREETING|UPGRADE)_/.test(timeoutType);
