import { z } from 'zod';
import type { SecretKey } from './company/secret-box.ts';

/** A variable's fault as people read it; all of them are told at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(faults: readonly string[]) {
    super(`The configuration has faults:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** What production cannot do without, with an example of each. Elsewhere what is unset gets the embedded default. */
const examples = {
  DATABASE_URL: 'postgresql://user:password@localhost:5432/companies',
  REDIS_URL: 'redis://localhost:6379',
  SMTP_URL: 'smtps://user:password@mail.example.com',
  MAIL_FROM: '"Acme Hosting" <no-reply@example.com>',
  SUPPORT_EMAIL: 'support@example.com',
  PUBLIC_URL: 'https://companies.example.com',
  SITE_URL_TEMPLATE: 'https://{site}',
  BENCH_PATH: '/home/frappe/frappe-bench',
  SECRET_KEYS: 'k1:<base64 of 32 random bytes>, from: echo "k1:$(openssl rand -base64 32)"',
  AUTH_JWT_SECRET: '<32 characters or more>, from: openssl rand -base64 48',
} as const;
type Needed = keyof typeof examples;

const url = (name: Needed, ...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be an address such as ${examples[name]}`,
  });

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, { error: `must be a whole number from ${least} to ${most}` })
    .transform(Number)
    .refine((number) => number >= least && number <= most, { error: `must be from ${least} to ${most}` });

/** As ICU knows them, aliases included (IANA's tz database). */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The words of a command, with blanks between; a JSON list where a word holds a blank. */
const words = z.string().transform((text, context): string[] => {
  if (!text.startsWith('[')) return text.split(/\s+/).filter((word) => word !== '');
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be words, such as docker compose exec -T backend, or a JSON list of them',
    });
    return z.NEVER;
  }
});

/** `id:base64,id:base64`; each key has 32 bytes. The first one seals, all of them open. */
const secretKeys = z.string().transform((text, context): [SecretKey, ...SecretKey[]] => {
  const [first, ...rest] = text.split(',').map((entry): SecretKey => {
    const [id = '', encoded = ''] = entry.trim().split(':');
    const bytes = Buffer.from(encoded, 'base64');
    if (!/^[\w-]{1,32}$/.test(id) || bytes.length !== 32) {
      context.addIssue({
        code: 'custom',
        message: 'must be <id>:<base64 of 32 random bytes>, several of them with commas between',
      });
    }
    return { id, bytes };
  });
  const ids = new Set([first, ...rest].map((key) => key?.id));
  if (ids.size <= rest.length) context.addIssue({ code: 'custom', message: 'must give each key an id of its own' });
  return first ? [first, ...rest] : z.NEVER;
});

const variables = {
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  WORKER_PORT: wholeNumber(0, 65_535).optional(),
  DATA_DIR: z.string().default('.data'),
  PROVISION_TIMEOUT_SECONDS: wholeNumber(1, 86_400).default(600),
  WORKER_CONCURRENCY: wholeNumber(1, 100).default(1),
  WAITING_ALARM_SECONDS: wholeNumber(1, 86_400).default(60),
  DATABASE_URL: url('DATABASE_URL', 'postgres:', 'postgresql:').optional(),
  REDIS_URL: url('REDIS_URL', 'redis:', 'rediss:').optional(),
  SMTP_URL: url('SMTP_URL', 'smtp:', 'smtps:').optional(),
  MAIL_FROM: z.string().min(3).optional(),
  SUPPORT_EMAIL: z.email({ error: 'must be an address such as support@example.com' }).optional(),
  PUBLIC_URL: url('PUBLIC_URL', 'http:', 'https:').optional(),
  SITE_URL_TEMPLATE: z
    .string()
    .refine(
      (text) => text.includes('{site}') && /^https?:\/\//.test(text) && URL.canParse(text.replace('{site}', 'a.b')),
      {
        error: 'must be an address with {site} in it, such as https://{site}',
      },
    )
    .optional(),
  BENCH_PATH: z
    .string()
    .startsWith('/', { error: 'must be the bench’s folder, such as /home/frappe/frappe-bench' })
    .optional(),
  BENCH_EXEC: words.default([]),
  BENCH_DB_TYPE: z.enum(['mariadb', 'postgres']).optional(),
  BENCH_DB_HOST: z.string().optional(),
  BENCH_DB_PORT: wholeNumber(1, 65_535).optional(),
  BENCH_DB_ADMIN: z.string().optional(),
  BENCH_DB_ADMIN_PASSWORD: z.string().optional(),
  BENCH_DB_LOGIN_SCOPE: z.string().optional(),
  BENCH_TIME_ZONE: z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/Berlin' }).optional(),
  BENCH_WEB_URL: url('PUBLIC_URL', 'http:', 'https:').optional(),
  SECRET_KEYS: secretKeys.optional(),
  AUTH_JWT_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
};
const schema = z.object(variables);

export type Config = z.infer<typeof schema>;

/**
 * The configuration that `env` holds. An empty variable counts as unset. With `NODE_ENV=production` everything that
 * has no safe default is needed. Throws ConfigError with every fault at once.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, needed: readonly Needed[] = []): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const all = Object.keys(examples) as Needed[];
  const missing = (given['NODE_ENV'] === 'production' ? all : needed).filter((name) => given[name] === undefined);
  const read = schema.safeParse(given);
  const faults = [
    ...missing.map((name) => `${name} is missing. For example: ${name}=${examples[name]}`),
    ...(read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`)),
  ];
  if (faults.length > 0 || !read.success) throw new ConfigError(faults);
  return read.data;
}
