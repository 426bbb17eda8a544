import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, checkServerIdentity, createSecureContext, getCACertificates } from 'node:tls';
import type { SslMode, TlsVersion } from './libpq-parameters.ts';

/** What a URL says of TLS, with libpq's defaults. */
export interface Tls {
  readonly mode: SslMode;
  /** For `host`, whose name the certificate must have if the mode says so. */
  readonly optionsFor: (host: string) => ConnectionOptions;
}

/**
 * The meaning of libpq's parameters of TLS (https://www.postgresql.org/docs/current/libpq-ssl.html). A server is
 * verified as soon as there are certificates of authorities to verify it by, whatever the mode; its name, by
 * `verify-full` alone. What cannot be is reported to `fault`.
 */
export function tlsOf(parameters: ReadonlyMap<string, string>, fault: (text: string) => void): Tls {
  const read = (parameter: string, file: string): string | undefined => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      fault(`has ${parameter}, a file that cannot be read`);
      return undefined;
    }
  };
  /** What is named, or else a file of this user's that libpq looks for. */
  const fileOf = (parameter: string, usual: string): string | undefined => {
    const named = parameters.get(parameter);
    const file = named ?? join(homedir(), '.postgresql', usual);
    return named === undefined && !existsSync(file) ? undefined : read(parameter, file);
  };

  const system = parameters.get('sslrootcert') === 'system';
  // Each of the values was checked to be one of the mode's names.
  const named = parameters.get('sslmode') as SslMode | undefined;
  const mode = named ?? (system ? 'verify-full' : parameters.has('ssl') ? 'require' : 'prefer');
  if (system && mode !== 'verify-full') fault('has sslrootcert=system, which needs sslmode=verify-full');
  if (parameters.get('sslnegotiation') === 'direct' && ['disable', 'allow', 'prefer'].includes(mode))
    fault('has sslnegotiation=direct, which needs sslmode=require or one that verifies');
  if (mode === 'disable') return { mode, optionsFor: () => ({}) };

  const ca = system ? systemAuthorities() : fileOf('sslrootcert', 'root.crt');
  if (ca === undefined && mode.startsWith('verify') && !parameters.has('sslrootcert'))
    fault(
      `has sslmode=${mode}, which needs sslrootcert: a file, or system for the authorities that this machine trusts`,
    );
  const cert = parameters.get('sslcertmode') === 'disable' ? undefined : fileOf('sslcert', 'postgresql.crt');
  const key = cert === undefined ? undefined : fileOf('sslkey', 'postgresql.key');
  const crl = parameters.has('sslcrl') ? fileOf('sslcrl', 'root.crl') : undefined;
  const passphrase = parameters.get('sslpassword');
  const common: ConnectionOptions = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(crl === undefined ? {} : { crl }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...versions(parameters),
    rejectUnauthorized: ca !== undefined,
  };
  if (cert !== undefined && key === undefined && !parameters.has('sslkey')) fault('has sslcert, which needs sslkey');
  if (typeof ca === 'string' && !ca.includes('BEGIN CERTIFICATE'))
    fault('has sslrootcert, a file without certificates');
  if (!isUnderstood(common)) fault('has sslcert, sslkey, sslpassword or sslcrl which TLS cannot read');
  return {
    mode,
    optionsFor: (host) => ({
      ...common,
      checkServerIdentity: (_, certificate) =>
        mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
    }),
  };
}

/** The machine's own, and those of NODE_EXTRA_CA_CERTS; Node's where the machine has none. */
function systemAuthorities(): string[] {
  const machine = getCACertificates('system');
  return [...(machine.length > 0 ? machine : getCACertificates('bundled')), ...getCACertificates('extra')];
}

function versions(parameters: ReadonlyMap<string, string>): ConnectionOptions {
  // Each of the values was checked to be one of the versions' names, which are Node's as well.
  const least = parameters.get('ssl_min_protocol_version') as TlsVersion | undefined;
  const most = parameters.get('ssl_max_protocol_version') as TlsVersion | undefined;
  return { ...(least ? { minVersion: least } : {}), ...(most ? { maxVersion: most } : {}) };
}

function isUnderstood(options: ConnectionOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
