import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why certificates cannot be made here, or false when they can. */
export const opensslMissing: string | false =
  spawnSync('openssl', ['version']).status === 0
    ? false
    : 'needs openssl on this machine (Debian: apt-get install openssl)';

/** A key and a certificate for it, in PEM. */
export interface Certified {
  readonly keyFile: string;
  readonly certFile: string;
  readonly key: string;
  readonly cert: string;
}

export interface PrivateAuthority {
  /** The authority's certificate in PEM, in a file. */
  readonly caFile: string;
  readonly ca: string;
  /** For a host by this name or address, or for a user; signed by the authority. */
  certify(name: string): Certified;
  close(): void;
}

/** A certificate authority of a test's own, which nobody trusts unless told to. */
export function openPrivateAuthority(): PrivateAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'test-authority-'));
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  );
  const caFile = join(folder, 'ca.pem');
  return {
    caFile,
    ca: readFileSync(caFile, 'utf8'),
    certify(name) {
      const [keyFile, certFile] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
      writeFileSync(join(folder, 'extensions'), `subjectAltName=${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}\n`);
      openssl('req', ...newKey, '-keyout', keyFile, '-out', 'request', '-subj', `/CN=${name}`);
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
      openssl('x509', '-req', '-in', 'request', ...signing, '-out', certFile);
      return { keyFile, certFile, key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
