import type { Env } from './processes.ts';

/** What production demands besides servers, a bench and keys. */
export const productionSettings: Env = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://companies.example',
  MAIL_FROM: 'companies@provider.example',
  SUPPORT_EMAIL: 'support@provider.example',
  SITE_DOMAINS: 'localhost',
};

/** Lets a program collect its garbage on SIGUSR2. */
export const collectsOnSignal: Env = { NODE_OPTIONS: '--expose-gc --import ./test/support/collect-on-signal.ts' };
