import { mayLeakMail, readSmtpUrl } from '../mail/smtp-settings.ts';
import type { Values } from './secret-files.ts';
import { serverUrl } from './server-url.ts';

/** Mails carry passwords: in production they pass no network in the clear unless the URL says so by name. */
export function faultsOfMailPath({ NODE_ENV, SMTP_URL }: Values): readonly string[] {
  const { data } = serverUrl(readSmtpUrl).safeParse(SMTP_URL);
  return NODE_ENV === 'production' && data && mayLeakMail(data)
    ? ['SMTP_URL may send mail in the clear. Use smtps:// or add ?requireTLS=true; ?requireTLS=false allows it.']
    : [];
}
