/** What production cannot do without, with an example of each. Elsewhere what is unset gets the embedded default. */
export const examples = {
  DATABASE_URL: 'postgresql://user:password@localhost:5432/companies',
  REDIS_URL: 'redis://localhost:6379',
  SMTP_URL: 'smtps://user:password@mail.example.com',
  MAIL_FROM: '"Acme Hosting" <no-reply@example.com>',
  SUPPORT_EMAIL: 'support@example.com',
  PUBLIC_URL: 'https://companies.example.com',
  SITE_DOMAINS: 'example.com',
  SITE_URL_TEMPLATE: 'https://{site}',
  BENCH_PATH: '/home/frappe/frappe-bench',
  SECRET_KEYS: 'k1:<base64 of 32 random bytes>, from: echo "k1:$(openssl rand -base64 32)"',
  AUTH_JWT_SECRET: '<random>, from: openssl rand -base64 48; or AUTH_JWKS_URL=https://login.example.com/jwks.json',
} as const;

export type Needed = keyof typeof examples;
