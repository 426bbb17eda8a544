import { parseArgs } from 'node:util';
import { faultsOfApiKey, longestLife } from '../access/api-key-request.ts';
import { type ApiKeyRow, createApiKey, listApiKeys, mostApiKeys, revokeApiKey } from '../access/api-keys.ts';
import { claimTextFault } from '../access/claim-text.ts';
import { type Act, nobody } from '../company/act.ts';
import { apiKeyScopes } from '../company/api-key.ts';
import type { AuditAction } from '../company/audit-entry.ts';
import { describeOwner, ownerOf } from '../company/requester.ts';
import type { Db } from '../company/tables.ts';
import { ConfigError } from '../config/config-error.ts';

/** What `npm run keys` does with API keys, for whoever has the database's address: each command gives the lines to print. */
export const apiKeyCommands: Readonly<Record<string, (db: Db, words: readonly string[]) => Promise<string[]>>> = {
  /** `create --name shop --scope companies:write --tenant acme --days 90`: prints the key, which nobody sees again. */
  async create(db, words) {
    const { name = '', scope = [], tenant, subject, days = String(longestLife) } = optionsOf(words);
    const scopes = apiKeyScopes.filter((known) => scope.includes(known));
    const request = { name, scopes, days: Number(days) };
    const owner = ownerGiven(tenant, subject);
    const faults = faultsOfApiKey(request, apiKeyScopes).map(({ field, message }) => `${options[field]}: ${message}`);
    if (scopes.length < scope.length) faults.push(`--scope must be one of ${apiKeyScopes.join(', ')}.`);
    if (owner === undefined) faults.push('--tenant or --subject must name whom the key acts for.');
    if (owner === undefined || faults.length > 0) throw new ConfigError(faults);
    const created = await createApiKey(db, { ...request, owner, createdBy: 'npm run keys' }, actOf('CREATE_API_KEY'));
    if (!created)
      throw new ConfigError([`The owner holds ${mostApiKeys} keys already; revoke those that are not used.`]);
    return [lineOf(created.row), created.text];
  },

  /** `list`, also with `--tenant` or `--subject`: the newest hundred. */
  async list(db, words) {
    const { tenant, subject } = optionsOf(words);
    return (await listApiKeys(db, ownerGiven(tenant, subject), { fromEnd: false, limit: 100 })).map(lineOf);
  },

  /** `revoke cps_…`: by the key's id. */
  async revoke(db, [id = '', ...more]) {
    const row = more.length === 0 ? await revokeApiKey(db, id, undefined, actOf('REVOKE_API_KEY')) : undefined;
    if (!row)
      throw new ConfigError(['Name one key by its id, cps_ and twelve letters or digits, as `list` prints it.']);
    return [lineOf(row)];
  },
};

const options = { name: '--name', scopes: '--scope', expiresInDays: '--days' } as const;

function optionsOf(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        name: { type: 'string' },
        scope: { type: 'string', multiple: true },
        tenant: { type: 'string' },
        subject: { type: 'string' },
        days: { type: 'string' },
      },
    }).values;
  } catch {
    throw new ConfigError(['The options are --name, --scope, --tenant or --subject, and --days, each with a value.']);
  }
}

const ownerGiven = (tenant: string | undefined, subject: string | undefined): string | undefined => {
  const name = tenant ?? subject;
  if (name === undefined || claimTextFault(name) || (tenant !== undefined && subject !== undefined)) return undefined;
  return ownerOf(tenant === undefined ? { subject: name } : { tenant });
};

/** Nobody is signed in at a terminal; the audit log says that it happened. */
const actOf = (action: AuditAction): Act => ({
  actor: nobody,
  action,
  success: 'SUCCESS',
  isAbout() {},
  wasRecorded() {},
});

function lineOf({ id, name, scopes, owner, created_by, expires_at, last_used_on, revoked_at }: ApiKeyRow): string {
  const state = revoked_at ? `revoked ${dayOf(revoked_at)}` : `expires ${dayOf(expires_at)}`;
  return `${id}  ${name}: ${scopes.join(' ')} for ${describeOwner(owner)}, by ${created_by}, last used ${last_used_on ?? 'never'}, ${state}`;
}

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);
