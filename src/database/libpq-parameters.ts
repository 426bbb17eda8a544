/**
 * The parameters that libpq's connection URLs may have, as of PostgreSQL 18
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS).
 */

/** Honoured with any value. */
const anyValue = [
  'application_name',
  'connect_timeout',
  'dbname',
  'fallback_application_name',
  'host',
  'hostaddr',
  'keepalives_idle',
  'options',
  'password',
  'port',
  'sslcert',
  'sslcrl',
  'sslkey',
  'sslpassword',
  'sslrootcert',
  'user',
];

export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

const tlsVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

/** Honoured with these values only. */
const someValues: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer', 'require'],
  client_encoding: ['UTF8', 'utf8', 'UTF-8', 'utf-8', 'auto'],
  gssencmode: ['disable', 'prefer'],
  keepalives: ['0', '1'],
  load_balance_hosts: ['disable', 'random'],
  ssl: ['true'],
  ssl_max_protocol_version: tlsVersions,
  ssl_min_protocol_version: tlsVersions,
  sslcertmode: ['allow', 'disable'],
  sslcompression: ['0'],
  sslmode: sslModes,
  sslnegotiation: ['postgres', 'direct'],
  sslsni: ['1'],
  // The service writes, so it needs a writable server.
  target_session_attrs: ['any', 'read-write', 'primary'],
};

/** Node's driver has nothing like them; ignoring one would mean less than was asked for. */
const impossible = [
  'gssdelegation',
  'gsslib',
  'keepalives_count',
  'keepalives_interval',
  'krbsrvname',
  'max_protocol_version',
  'min_protocol_version',
  'oauth_client_id',
  'oauth_client_secret',
  'oauth_issuer',
  'oauth_scope',
  'passfile',
  'replication',
  'require_auth',
  'requirepeer',
  'requiressl',
  'scram_client_key',
  'scram_server_key',
  'service',
  'servicefile',
  'sslcrldir',
  'sslkeylogfile',
  'tcp_user_timeout',
];

/** What is wrong with a parameter, or undefined when it is honoured. No value is quoted: it may be a part of a password. */
export function parameterFault(name: string, value: string): string | undefined {
  if (anyValue.includes(name)) return undefined;
  const values = someValues[name];
  if (values) return values.includes(value) ? undefined : `has ${name}, which must be one of: ${values.join(', ')}`;
  if (impossible.includes(name)) return `has ${name}, which this service cannot honour; leave it out`;
  return `has a parameter that libpq does not know: ${/^\w{1,40}$/.test(name) ? name : 'one with an odd name'}`;
}

/** The environment variables that stand for parameters which a URL leaves out, as for any program that uses libpq. */
export const parameterVariables = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  channel_binding: 'PGCHANNELBINDING',
  options: 'PGOPTIONS',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
} as const;
