import { BlockList } from 'node:net';
import { z } from 'zod';
import { readSmtpUrl } from '../mail/smtp-settings.ts';
import { readRedisUrl } from '../redis/redis-settings.ts';
import { siteAddress, siteDomains, webAddress } from './address.ts';
import { benchVariables } from './bench-variables.ts';
import { databaseUrl } from './database-url.ts';
import { examples } from './examples.ts';
import { mailSender } from './mail-sender.ts';
import { secretKeys } from './secret-keys.ts';
import { serverUrl } from './server-url.ts';
import { tokenSecrets } from './token-secrets.ts';
import { trustedProxies } from './trusted-proxies.ts';
import { wholeNumber } from './whole-number.ts';

/** Claims of a token that cannot name its tenant. */
const usedClaims = ['sub', 'email', 'roles', 'jti', 'iat', 'exp', 'nbf', 'iss', 'aud'];

const quota = wholeNumber(1, 1_000_000);

/** Every variable that the service reads, and what it may hold. */
export const variables = z.object({
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).optional(),
  // As a URL writes it or bare: [::1] or ::1.
  HOST: z
    .string()
    .transform((host) => host.replace(/^\[(.*)\]$/, '$1'))
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  WORKER_PORT: wholeNumber(0, 65_535).optional(),
  DATA_DIR: z.string().default('.data'),
  PROVISION_TIMEOUT_SECONDS: wholeNumber(1, 86_400).default(600),
  WORKER_CONCURRENCY: wholeNumber(1, 100).default(1),
  WAITING_ALARM_SECONDS: wholeNumber(1, 86_400).default(60),
  ATTEMPTS_AT_ONCE: quota.default(10),
  CUSTOMER_COMPANIES_PER_DAY: quota.default(500),
  CUSTOMER_COMPANIES_WAITING: quota.default(200),
  CUSTOMER_REQUESTS_PER_MINUTE: quota.default(6_000),
  CUSTOMER_STREAMS: quota.default(500),
  PARTNER_COMPANIES_PER_DAY: quota.default(10_000),
  PARTNER_COMPANIES_WAITING: quota.default(2_000),
  PARTNER_REQUESTS_PER_MINUTE: quota.default(60_000),
  PARTNER_STREAMS: quota.default(5_000),
  DATABASE_URL: databaseUrl.optional(),
  REDIS_URL: serverUrl(readRedisUrl).optional(),
  SMTP_URL: serverUrl(readSmtpUrl).optional(),
  MAIL_FROM: mailSender.optional(),
  SUPPORT_EMAIL: z.email({ error: 'must be an address such as support@example.com' }).optional(),
  PUBLIC_URL: webAddress(examples.PUBLIC_URL).optional(),
  CONSOLE_URL: webAddress('https://companies.example.com/console/').optional(),
  CONSOLE_SIGN_IN_URL: webAddress('https://login.example.com/sign-in').optional(),
  TRUSTED_PROXIES: trustedProxies.default(new BlockList()),
  SITE_DOMAINS: siteDomains.default([]),
  SITE_URL_TEMPLATE: siteAddress.optional(),
  ...benchVariables,
  SECRET_KEYS: secretKeys.optional(),
  GRAPHIQL: z.enum(['on', 'off']).optional(),
  INTROSPECTION: z.enum(['signed-in', 'operators']).default('signed-in'),
  AUTH_JWT_SECRET: tokenSecrets.optional(),
  AUTH_JWKS_URL: webAddress('https://login.example.com/jwks.json').optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_TENANT_CLAIM: z
    .string()
    .refine((name) => !usedClaims.includes(name), 'must not be a claim that means something else already')
    .optional(),
  AUTH_LONGEST_TOKEN_SECONDS: wholeNumber(60, 31_536_000).default(86_400),
});

export type Config = z.infer<typeof variables>;
