import { ReplyError } from 'ioredis';

/** Why the service cannot use Redis; for operators, without anything that was sent. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
  /** The first word of Redis’ reply, `READONLY`, or the system’s code, `ECONNREFUSED`. */
  readonly code: string;
  /** What is wrong with a Redis that replies, safe for everybody: without its own words. Undefined when none replies. */
  readonly refusal: string | undefined;

  constructor(cause: unknown) {
    const { code, text, refusal } = describe(cause);
    super(text);
    this.code = code;
    this.refusal = refusal;
  }
}

/** Redis did not answer in time. */
export class RedisTimeout extends Error {
  override readonly name = 'RedisTimeout';
  readonly code = 'ETIMEDOUT';
}

/** Errors of a server that the service cannot work with. */
const unusableServers = [
  'READONLY',
  'MASTERDOWN',
  'NOREPLICAS',
  'MISCONF',
  'OOM',
  'LOADING',
  'CLUSTERDOWN',
  'UNBLOCKED',
  'NOAUTH',
];

/** Whether reconnecting may lead to a server that the service can work with. */
export const isUnusableServer = ({ message }: Error): boolean => unusableServers.includes(firstWord(message) ?? '');

const remedies: Readonly<Record<string, string>> = {
  READONLY: 'it is a replica, and REDIS_URL must name the primary',
  MASTERDOWN: 'it is a replica without its primary, and REDIS_URL must name the primary',
  NOREPLICAS: 'it takes no writes while it has too few replicas',
  MISCONF: 'it cannot save its data; check its disk',
  OOM: 'its memory is full; raise its maxmemory',
  LOADING: 'it is loading its data',
  WRONGPASS: 'check the user and password in REDIS_URL',
  NOAUTH: 'it requires a password in REDIS_URL',
  NOPERM: 'give its user ~bq:* &company:* +@all -@dangerous',
  MOVED: 'a Redis Cluster cannot be used',
  CROSSSLOT: 'a Redis Cluster cannot be used',
  ECONNRESET: 'it closed the connection; if it expects TLS, write rediss://',
  ENOTCONN: 'it is not connected',
  ETIMEDOUT: 'it does not answer in time',
  ENOTREDIS: 'the server there does not speak Redis',
};

const firstWord = (message: string): string | undefined => /^[A-Z]{2,20}(?= )/.exec(message)?.[0];

function describe(cause: unknown): { code: string; text: string; refusal?: string | undefined } {
  if (cause instanceof RedisUnavailable) return { code: cause.code, text: cause.message, refusal: cause.refusal };
  if (!(cause instanceof Error)) return { code: 'UNKNOWN', text: 'no reason given' };
  // Redis quotes a command that it does not know, AUTH’s password included.
  const said = opensslReason(cause) ?? cause.message.split(/,? with args/i, 1)[0] ?? '';
  const isNotRedis = /^Unknown RESP type/.test(said);
  const answered = isNotRedis || cause instanceof ReplyError;
  const code = isNotRedis ? 'ENOTREDIS' : ((answered ? firstWord(said) : systemCode(cause)) ?? lost(said));
  const remedy = remedies[code];
  const text = remedy === undefined ? said : `${code}: ${remedy}`;
  return { code, text, refusal: answered ? `${remedy ?? 'it refuses'} (${code})` : undefined };
}

/** ioredis’ own errors have no code. */
const lost = (said: string): string => (said === 'Command timed out' ? 'ETIMEDOUT' : 'ENOTCONN');

/** OpenSSL’s message names its own source files, its reason what happened. */
const opensslReason = (error: Error): string | undefined =>
  'library' in error && 'reason' in error && typeof error.reason === 'string' ? `TLS: ${error.reason}` : undefined;

const systemCode = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;
