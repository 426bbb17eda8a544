import { isIP } from 'node:net';
import type { ClientConfig } from 'pg';
import { parameterFault } from './libpq-parameters.ts';
import { parseOptions, type SessionSettings } from './session-settings.ts';
import { type Tls, tlsOf } from './tls.ts';

/** Where PostgreSQL is and how to speak to it, as a URL says it in libpq's terms. */
export interface DatabaseUrl {
  /** Ways of connecting to try in turn: several hosts, and each with and without TLS where the mode leaves the choice. */
  readonly ways: readonly [ClientConfig, ...ClientConfig[]];
  /** What `options` sets for each session. */
  readonly settings: SessionSettings;
  /** The password may only be proven to a server that proves in turn to be this connection's other end. */
  readonly bindsChannel: boolean;
}

/** Why a URL cannot be honoured; each fault continues the sentence "DATABASE_URL …". */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.map((fault) => `DATABASE_URL ${fault}.`).join('\n'));
    this.faults = faults;
  }
}

const parts = /^postgres(?:ql)?:\/\/(?<authority>[^/?]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;
const hostPart = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>.*))?$/s;

/** Reads a URL as libpq does (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS). */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  const faults: string[] = [];
  const fault = (text: string): void => void (faults.includes(text) || faults.push(text));
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      fault('has a % that is not followed by two hexadecimal digits; write %25 for the character itself');
      return text;
    }
  };
  const { authority = '', database = '', query = '' } = parts.exec(url)?.groups ?? {};
  if (!parts.test(url)) fault('must be an address such as postgresql://user:password@localhost:5432/companies');
  const at = authority.lastIndexOf('@');
  const [user = '', ...password] = at < 0 ? [''] : authority.slice(0, at).split(':');
  const places = authority
    .slice(at + 1)
    .split(',')
    .map((place) => hostPart.exec(place)?.groups ?? {});

  const parameters = new Map(
    Object.entries({
      user: decode(user),
      password: decode(password.join(':')),
      dbname: decode(database),
      host: places.map(({ host = '' }) => decode(host.replace(/^\[(.*)\]$/, '$1'))).join(),
      port: places.map(({ port = '' }) => port).join(),
    }).filter(([, value]) => value.replaceAll(',', '') !== ''),
  );
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const [name = '', ...value] = pair.split('=');
    parameters.set(decode(name), decode(value.join('=')));
  }
  for (const [name, value] of parameters) {
    const wrong = value.includes('\0') ? 'holds a NUL' : parameterFault(name, value);
    if (wrong !== undefined) fault(wrong);
  }

  const settings = parseOptions(parameters.get('options') ?? '');
  if (!settings) fault('has options, which may hold nothing but -c name=value');
  const tls = tlsOf(parameters, fault);
  const hosts = hostsOf(parameters, fault);
  const common = commonOptions(parameters, fault);
  const [first, ...others] = hosts.flatMap((host) => waysTo(host, tls, common));
  if (faults.length > 0 || !first) throw new DatabaseUrlError(faults);
  return {
    ways: [first, ...others],
    settings: settings ?? {},
    bindsChannel: parameters.get('channel_binding') === 'require',
  };
}

interface Host {
  /** A name, an address or a folder with a socket; undefined for the default. */
  readonly name: string | undefined;
  /** Where the host is, when its name is not to be looked up. */
  readonly address: string | undefined;
  readonly port: number | undefined;
}

function hostsOf(parameters: ReadonlyMap<string, string>, fault: (text: string) => void): Host[] {
  const list = (name: string): (string | undefined)[] =>
    (parameters.get(name) ?? '').split(',').map((item) => item || undefined);
  const [names, addresses, ports] = [list('host'), list('hostaddr'), list('port')];
  const count = Math.max(names.length, addresses.length, ports.length);
  for (const [parameter, items] of Object.entries({ host: names, hostaddr: addresses, port: ports })) {
    if (items.length !== 1 && items.length !== count) fault(`has another number of ${parameter}s than of hosts`);
  }
  if (
    ports.some((port) => port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536))
  )
    fault('has a port that is not a number from 1 to 65535; in a user or a password write / ? @ : as %2F %3F %40 %3A');
  const hosts = Array.from({ length: count }, (_, index): Host => {
    const port = ports[ports.length === 1 ? 0 : index];
    return {
      name: names[index] ?? addresses[index],
      address: addresses[index],
      port: port === undefined ? undefined : Number(port),
    };
  });
  return parameters.get('load_balance_hosts') === 'random' ? shuffled(hosts) : hosts;
}

const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);

/** How long connecting may take where the URL does not say, in milliseconds. */
const connectLimit = 5_000;
/** After how much silence a connection is asked whether its other end still lives, in milliseconds. */
const keepAliveAfter = 10_000;

function commonOptions(parameters: ReadonlyMap<string, string>, fault: (text: string) => void): ClientConfig {
  const seconds = (name: string): number | undefined => {
    const text = parameters.get(name);
    if (text === undefined) return undefined;
    if (!/^-?\d{1,6}$/.test(text)) fault(`has ${name}, which must be a whole number of seconds`);
    return Math.max(0, Number(text)) * 1_000;
  };
  const given = (name: string): string | undefined => parameters.get(name) || undefined;
  return {
    user: given('user'),
    password: given('password'),
    database: given('dbname'),
    application_name: given('application_name'),
    fallback_application_name: given('fallback_application_name'),
    connectionTimeoutMillis: seconds('connect_timeout') ?? connectLimit,
    keepAlive: parameters.get('keepalives') !== '0',
    keepAliveInitialDelayMillis: seconds('keepalives_idle') ?? keepAliveAfter,
    enableChannelBinding: ['prefer', 'require'].includes(parameters.get('channel_binding') ?? ''),
    sslnegotiation: parameters.get('sslnegotiation') === 'direct' ? 'direct' : 'postgres',
  };
}

/** With TLS, without, or first the one and then the other; a socket has none. */
function waysTo({ name, address, port }: Host, { mode, optionsFor }: Tls, common: ClientConfig): ClientConfig[] {
  const base = { ...common, ...(address || name ? { host: address ?? name } : {}), ...(port ? { port } : {}) };
  const plain: ClientConfig = { ...base, ssl: false, sslnegotiation: 'postgres' };
  const isSocket = name?.startsWith('/');
  if (isSocket || mode === 'disable') return [plain];

  const host = name ?? 'localhost';
  const secure: ClientConfig = { ...base, ssl: { ...optionsFor(host), ...(isIP(host) ? {} : { servername: host }) } };
  if (mode === 'prefer') return [secure, plain];
  return mode === 'allow' ? [plain, secure] : [secure];
}
