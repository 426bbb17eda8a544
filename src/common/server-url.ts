import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** A server's URL that cannot be used; the message completes “REDIS_URL …” and quotes nothing of it but names of parameters. */
export class ServerUrlError extends Error {
  override readonly name = 'ServerUrlError';
}

/** How to speak TLS with a server. Node's own authorities count where there is no `ca`. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

const fileParameters = { tls_ca_file: 'ca', tls_cert_file: 'cert', tls_key_file: 'key' } as const;
const nameParameter = 'tls_server_name';

/** Parameters of TLS: the names of files in PEM, and the name that the server's certificate is for. */
export const tlsParameters = [...Object.keys(fileParameters), nameParameter];

/** Without the brackets in which a URL writes an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** A user or a password as it was before a URL was made of it. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // The URIError would quote a password.
    throw new ServerUrlError('has a “%” that does not begin a percent-encoding; write %25 for the character itself');
  }
}

export function checkParameters(parameters: URLSearchParams, known: readonly string[]): void {
  for (const name of parameters.keys()) {
    if (!known.includes(name)) throw new ServerUrlError(`has ${shown(name)}; there are ${known.join(', ')}`);
    if (parameters.getAll(name).length > 1) throw new ServerUrlError(`says ${name} twice`);
  }
}

/** Only what looks like a parameter: anything else may be a piece of a password. */
const shown = (name: string): string =>
  /^[a-z][a-z._]{0,40}$/i.test(name) ? `the unknown parameter ${name}` : 'an unknown parameter';

/** What the parameters say of TLS. There is none that trusts every certificate: name the authority instead. */
export function readTls(parameters: URLSearchParams): TlsSettings {
  if (parameters.has('tls_cert_file') !== parameters.has('tls_key_file'))
    throw new ServerUrlError('must have both tls_cert_file and tls_key_file, or neither');
  const files = Object.entries(fileParameters).flatMap(([parameter, option]) => {
    const file = parameters.get(parameter);
    return file === null ? [] : [[option, contentOf(parameter, file)]];
  });
  const servername = parameters.get(nameParameter);
  const tls: TlsSettings = { ...Object.fromEntries(files), ...(servername === null ? {} : { servername }) };
  if (tls.ca !== undefined && !tls.ca.includes('BEGIN CERTIFICATE'))
    throw new ServerUrlError('has tls_ca_file, a file without certificates');
  try {
    createSecureContext(tls);
  } catch {
    // OpenSSL's words may quote the files.
    throw new ServerUrlError('has tls_ca_file, tls_cert_file or tls_key_file which TLS cannot read');
  }
  return tls;
}

function contentOf(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new ServerUrlError(`has a ${parameter} that cannot be read${code}`);
  }
}
