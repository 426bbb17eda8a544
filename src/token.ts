import { parseArgs } from 'node:util';
import { signToken } from './access/authenticate.ts';
import { roles } from './access/viewer.ts';
import { fail } from './app/run.ts';
import { signingSecret } from './app/sign-in.ts';
import { ConfigError } from './config/config-error.ts';
import { readConfig } from './config/read-config.ts';

/** Prints a token for development: `npm run token -- --role partner --subject portal --email portal@example.com`. */
try {
  const config = readConfig(process.env);
  if (config.NODE_ENV === 'production') {
    throw new ConfigError(['npm run token makes tokens for development only; in production, use your login service.']);
  }
  const secret = signingSecret(config);
  if (secret === undefined) throw new ConfigError(['AUTH_JWT_SECRET is missing; AUTH_JWKS_URL cannot sign tokens.']);
  const values = optionsGiven();
  const given = roles.filter((role) => values.role.includes(role));
  if (given.length < values.role.length) throw new ConfigError([`--role must be one of ${roles.join(', ')}.`]);
  const { AUTH_TENANT_CLAIM: tenantClaim } = config;
  if (values.tenant !== undefined && tenantClaim === undefined)
    throw new ConfigError(['AUTH_TENANT_CLAIM is missing; it names the claim for --tenant.']);
  const seconds = secondsOf(values.lifetime);
  if (seconds === undefined || seconds > config.AUTH_LONGEST_TOKEN_SECONDS)
    throw new ConfigError([
      `--lifetime must be a number of seconds (s), minutes (m) or hours (h), such as 30m, and at most ${config.AUTH_LONGEST_TOKEN_SECONDS}s (AUTH_LONGEST_TOKEN_SECONDS).`,
    ]);
  const { subject, tenant, email = `${subject}@company-provisioning.example` } = values;
  const rules = { issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE };
  const claims = tenantClaim === undefined || tenant === undefined ? {} : { [tenantClaim]: tenant };
  process.stdout.write(`${await signToken(secret, { subject, email, roles: given }, `${seconds}s`, rules, claims)}\n`);
} catch (error) {
  fail(error);
}

function optionsGiven() {
  try {
    return parseArgs({
      options: {
        role: { type: 'string', multiple: true, default: ['customer'] },
        subject: { type: 'string', default: 'developer' },
        email: { type: 'string' },
        tenant: { type: 'string' },
        lifetime: { type: 'string', default: '1h' },
      },
    }).values;
  } catch {
    throw new ConfigError([
      'The options are --role (once for each), --subject, --email, --tenant and --lifetime, each with a value.',
    ]);
  }
}

function secondsOf(lifetime: string): number | undefined {
  const [, number, unit = ''] = /^([1-9]\d{0,8})([smh])$/.exec(lifetime) ?? [];
  return number === undefined ? undefined : Number(number) * ({ s: 1, m: 60, h: 3_600 }[unit] ?? 1);
}
