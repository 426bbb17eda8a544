import { DatabaseUrlError } from './database-url.ts';
import { ReadOnlyServer, UnsuitableDatabase } from './inspect-session.ts';
import { sqlStateOf } from './sql-state.ts';

/** Why the service cannot use its database, and the remedy, in one line for the operator. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';

  constructor(cause: unknown) {
    super(causesOf(cause).map(inWords).filter(isFirst).join('\n'), { cause });
  }
}

/** Handles the rejection of what a process reads before it can run. */
export function rejectAsUnusable(cause: unknown): never {
  throw new UnusableDatabase(cause);
}

/** One per host, and per address of a host. */
const causesOf = (cause: unknown): unknown[] =>
  cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors.flatMap(causesOf) : [cause];

const isFirst = (text: string, index: number, texts: readonly string[]): boolean => texts.indexOf(text) === index;

function inWords(cause: unknown): string {
  if (cause instanceof DatabaseUrlError || cause instanceof UnusableDatabase) return cause.message;
  // MikroORM adds hints in further lines.
  const [said = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  if (cause instanceof UnsuitableDatabase) return `PostgreSQL is unusable: ${said}.`;
  if (cause instanceof ReadOnlyServer)
    return `PostgreSQL is read-only: ${said}. ${cause.isStandby ? 'DATABASE_URL must lead to the primary.' : 'Switch default_transaction_read_only off for the server, database and role.'}`;
  const state = sqlStateOf(cause);
  const remedy = remedyOf(cause, said);
  if (remedy) return `PostgreSQL ${remedy.what}: ${said}. ${remedy.helps}`;
  return state === undefined
    ? `Cannot reach PostgreSQL: ${said}. Start it or check DATABASE_URL.`
    : `PostgreSQL refused (SQLSTATE ${state}): ${said}.`;
}

/**
 * What is wrong with a server, safe for everybody: without its own words, which may name hosts and roles. Undefined when
 * it merely does not answer.
 */
export function refusalOf(error: unknown): string | undefined {
  const refusals = causesOf(error).flatMap((cause) => refusalInWords(cause) ?? []);
  return refusals.length === 0 ? undefined : refusals.filter(isFirst).join(', ');
}

function refusalInWords(cause: unknown): string | undefined {
  if (cause instanceof ReadOnlyServer) return cause.message;
  if (cause instanceof UnsuitableDatabase) return 'it cannot hold the data';
  const state = sqlStateOf(cause);
  const remedy = remedyOf(cause, cause instanceof Error ? cause.message : '');
  if (state === undefined) return remedy && `it ${remedy.what}`;
  return `it ${remedy?.what ?? 'refuses'} (${state})`;
}

interface Remedy {
  readonly what: string;
  readonly helps: string;
}

/** By SQLSTATE, or by its class. */
const remedies: Readonly<Record<string, Remedy>> = {
  '28P01': { what: 'refused the log-in', helps: 'Correct user and password in DATABASE_URL.' },
  '28000': {
    what: 'does not let this user in',
    helps: 'Correct the user, sslmode and client certificate in DATABASE_URL, or the server’s pg_hba.conf.',
  },
  '25006': {
    what: 'takes no writes',
    helps: 'DATABASE_URL must lead to the primary, whose default_transaction_read_only must be off.',
  },
  '3D000': {
    what: 'has no such database',
    helps: 'Create it, which the service never does, or correct its name in DATABASE_URL.',
  },
  '42501': {
    what: 'denies a privilege',
    helps: 'Run npm run migrate as a role that owns the schema, and grant the rights that the README lists.',
  },
  '3F000': { what: 'has no schema for the tables', helps: 'Create the schema that search_path names, or correct it.' },
  '53300': {
    what: 'has no connection left',
    helps: 'Raise max_connections or the role’s limit, or run fewer processes: each takes up to 10.',
  },
  '57P03': { what: 'is starting or shutting down', helps: 'Try again in a moment.' },
  '57P': { what: 'has ended the connection', helps: 'Try again in a moment.' },
  '53': { what: 'is short of resources', helps: 'Free them, then try again.' },
  '55P03': { what: 'timed out waiting for a lock', helps: 'See pg_locks for its holder.' },
};

function remedyOf(cause: unknown, said: string): Remedy | undefined {
  const state = sqlStateOf(cause);
  return state === undefined ? remedyOfConnection(cause, said) : remedyOfState(state, said);
}

function remedyOfState(state: string, said: string): Remedy | undefined {
  // PgBouncer has one code for all that it refuses, or that the server behind it does.
  if (state === '08P01' && /no such database|^database ".*" does not exist/.test(said)) return remedies['3D000'];
  return remedies[state] ?? remedies[state.slice(0, 3)] ?? remedies[state.slice(0, 2)];
}

/** Of TLS and of the network, by the codes of OpenSSL, Node and the operating system. */
function remedyOfConnection(cause: unknown, said: string): Remedy | undefined {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (/does not support SSL/.test(said))
    return {
      what: 'offers no TLS',
      helps: 'Switch ssl on there; sslmode=disable in DATABASE_URL would send everything in the clear.',
    };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      what: 'shows the certificate of another host',
      helps: 'Use the name in the certificate as the host in DATABASE_URL.',
    };
  if (/CERT|ISSUER|CRL|SIGNATURE/.test(code))
    return {
      what: 'shows a certificate that is not trusted',
      helps: `Name the authority that signed it as sslrootcert in DATABASE_URL (${code}).`,
    };
  if (/^ERR_(SSL|TLS)|EPROTO/.test(code) || /SSL connection|tls/i.test(said))
    return {
      what: 'aborts the TLS handshake',
      helps: 'Check its ssl settings, and sslcert, sslkey and the versions of TLS in DATABASE_URL.',
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { what: 'is at an unknown host', helps: 'Correct the host in DATABASE_URL, or the name server.' };
  if (/SASL|SCRAM|password|channel_binding/i.test(said))
    return { what: 'does not agree on a log-in', helps: 'Check the password and channel_binding in DATABASE_URL.' };
  return undefined;
}
