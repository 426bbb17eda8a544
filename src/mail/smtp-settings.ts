import { isIP } from 'node:net';
import {
  checkParameters,
  decoded,
  hostOf,
  readTls,
  ServerUrlError,
  type TlsSettings,
  tlsParameters,
} from '../common/server-url.ts';

/** Where the mail server is, how to sign in, and how to connect; the names are nodemailer's options. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise by STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
  /** Sends nothing without TLS, whatever the server offers. Undefined when the address does not say. */
  readonly requireTLS?: boolean;
  /** Never asks for STARTTLS. */
  readonly ignoreTLS?: boolean;
  readonly name?: string;
  readonly authMethod?: string;
  readonly connectionTimeout?: number;
  readonly greetingTimeout?: number;
  readonly socketTimeout?: number;
  readonly maxConnections?: number;
  readonly maxMessages?: number;
  readonly tls: TlsSettings;
}

/** What a parameter may hold, and what it then means; undefined when it holds something else. */
type Kind = readonly [meaning: string, read: (text: string) => unknown];

const flag: Kind = ['true or false', (text) => ({ true: true, false: false })[text]];
const within = (most: number): Kind => [
  `a whole number from 1 to ${most}`,
  (text) => (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= most ? Number(text) : undefined),
];
const matching = (meaning: string, pattern: RegExp): Kind => [
  meaning,
  (text) => (pattern.test(text) ? text : undefined),
];

/** nodemailer's parameters of these names. Times are in milliseconds; a whole attempt lasts a minute at most. */
const options: Readonly<Record<string, Kind>> = {
  requireTLS: flag,
  ignoreTLS: flag,
  name: matching('a host name', /^[\w.:[\]-]{1,255}$/),
  authMethod: matching('PLAIN, LOGIN or CRAM-MD5', /^(PLAIN|LOGIN|CRAM-MD5)$/),
  connectionTimeout: within(60_000),
  greetingTimeout: within(60_000),
  socketTimeout: within(60_000),
  maxConnections: within(100),
  maxMessages: within(1_000_000),
};
const known = [...Object.keys(options), ...tlsParameters];

/**
 * Reads `smtp[s]://[user:password@]host[:port][?requireTLS=true&tls_…]`. Every part is honoured; what cannot be is refused with
 * a ServerUrlError.
 */
export function readSmtpUrl(text: string): SmtpSettings {
  const url = URL.parse(text);
  const host = url ? hostOf(url) : '';
  if (!url || !/^smtps?:$/.test(url.protocol) || !(/^[\w.-]+$/.test(host) || isIP(host))) {
    throw new ServerUrlError('must be an address such as smtps://user:password@mail.example.com');
  }
  if (url.hash !== '') throw new ServerUrlError('has a “#”; write %23 where it belongs to the password');
  if (/^\/./.test(url.pathname)) throw new ServerUrlError('has a path; write %2F where a “/” belongs to the password');
  if (url.search.includes('@'))
    throw new ServerUrlError('has an “@” after a “?”; write %3F where that belongs to the password');
  const secure = url.protocol === 'smtps:';
  const [user, pass] = [decoded(url.username), decoded(url.password)];
  if ((user === '') !== (pass === '')) throw new ServerUrlError('must have both a user and a password, or neither');
  checkParameters(url.searchParams, known);
  checkTls(url.searchParams, secure);
  return {
    host,
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    ...(user === '' ? {} : { auth: { user, pass } }),
    ...optionsOf(url.searchParams),
    tls: readTls(url.searchParams),
  };
}

/**
 * Mail may cross a network in the clear although the address does not say so: a server without TLS, or an attacker on the way
 * who hides its TLS, is enough. A relay on this machine is not reached over a network.
 */
export const mayLeakMail = ({ host, secure, requireTLS, ignoreTLS }: SmtpSettings): boolean =>
  !secure && requireTLS === undefined && ignoreTLS !== true && !isLoopback(host);

const isLoopback = (host: string): boolean =>
  /^(localhost|.+\.localhost)\.?$/i.test(host) || (isIP(host) === 4 ? host.startsWith('127.') : host === '::1');

function optionsOf(parameters: URLSearchParams): Partial<SmtpSettings> {
  const given = Object.entries(options).flatMap(([name, [meaning, read]]) => {
    const text = parameters.get(name);
    if (text === null) return [];
    const value = read(text);
    if (value === undefined) throw new ServerUrlError(`has ${name}, which must be ${meaning}`);
    return [[name, value]];
  });
  return Object.fromEntries(given);
}

function checkTls(parameters: URLSearchParams, secure: boolean): void {
  const requires = parameters.get('requireTLS');
  const ignores = parameters.get('ignoreTLS') === 'true';
  if (secure && requires === 'false')
    throw new ServerUrlError('has requireTLS=false, but smtps:// is TLS; use smtp://');
  if (secure && ignores) throw new ServerUrlError('has ignoreTLS=true, but smtps:// is TLS; use smtp://');
  if (ignores && requires === 'true') throw new ServerUrlError('has both requireTLS=true and ignoreTLS=true');
  const needing = tlsParameters.find((name) => parameters.has(name));
  if (needing !== undefined && !secure && requires !== 'true')
    throw new ServerUrlError(`has ${needing} where TLS may be left out; use smtps:// or add requireTLS=true`);
}
