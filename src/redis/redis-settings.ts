import {
  checkParameters,
  decoded,
  hostOf,
  readTls,
  ServerUrlError,
  type TlsSettings,
  tlsParameters,
} from '../common/server-url.ts';

/** Where Redis is, and how to sign in. */
export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** Undefined speaks in the clear. */
  readonly tls?: TlsSettings;
}

/**
 * Reads `redis[s]://[user:password@]host[:port][/db][?tls_…]`. Everything that it says is honoured; what cannot be is
 * refused with a ServerUrlError.
 */
export function readRedisUrl(text: string): RedisSettings {
  const url = URL.parse(text);
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new ServerUrlError('must be an address such as redis://localhost:6379');
  }
  if (url.hash !== '') throw new ServerUrlError('has a “#”; write %23 where it belongs to the password');
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (username !== '' && password === '') throw new ServerUrlError('names a user without a password');
  const tls = tlsOf(url);
  return {
    host: hostOf(url),
    port: Number(url.port || 6379),
    db: databaseOf(url),
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(tls ? { tls } : {}),
  };
}

function databaseOf({ pathname }: URL): number {
  const path = pathname.replace(/^\//, '');
  if (!/^\d{0,5}$/.test(path)) throw new ServerUrlError('must have the number of a database after the “/”, or nothing');
  return Number(path);
}

function tlsOf({ protocol, searchParams }: URL): TlsSettings | undefined {
  checkParameters(searchParams, tlsParameters);
  if (protocol === 'rediss:') return readTls(searchParams);
  const [needing] = searchParams.keys();
  if (needing !== undefined) throw new ServerUrlError(`has ${needing} without TLS; use rediss://`);
  return undefined;
}
