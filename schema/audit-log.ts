import { claimTextFault } from '../src/access/claim-text.ts';
import { type AuditEntryRow, findAuditEntries } from '../src/audit/find-entries.ts';
import type { AuditAction } from '../src/company/audit-entry.ts';
import { parseCompanyId } from '../src/company/company-id.ts';
import { builder, type Described } from './builder.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { badArgument } from './refusal.ts';

const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'The kind of action that an audit entry records.',
  values: {
    CREATE_COMPANY: { description: 'The mutation `createCompany`.' },
    PROVISION_COMPANY: { description: 'The mutation `provisionCompany`.' },
    CANCEL_PROVISIONING: { description: 'The mutation `cancelProvisioning`.' },
    CORRECT_COMPANY: { description: 'The mutation `correctCompany`.' },
    DELETE_DRAFT: { description: 'The mutation `deleteDraft`.' },
    RESEND_MAIL: { description: 'The mutation `resendMail`.' },
    CORRECT_ADDRESS: { description: '`resendMail` changed the company’s `customerEmail`.' },
    CREATE_STREAM_TOKEN: { description: 'The mutation `createStreamToken`.' },
    REVOKE_TOKEN: { description: 'The mutation `revokeToken`.' },
    REVOKE_TOKENS_OF: { description: 'The mutation `revokeTokensOf`.' },
    CREATE_API_KEY: { description: 'The mutation `createApiKey`, or `npm run keys -- create`.' },
    REVOKE_API_KEY: { description: 'The mutation `revokeApiKey`, or `npm run keys -- revoke`.' },
    SET_QUOTAS: { description: 'The mutation `setQuotas`.' },
    CREATE_WEBHOOK_ENDPOINT: { description: 'The mutation `createWebhookEndpoint`.' },
    UPDATE_WEBHOOK_ENDPOINT: { description: 'The mutation `updateWebhookEndpoint`.' },
    ROTATE_WEBHOOK_SECRET: { description: 'The mutation `rotateWebhookSecret`.' },
    DELETE_WEBHOOK_ENDPOINT: { description: 'The mutation `deleteWebhookEndpoint`.' },
    REDELIVER_WEBHOOKS: { description: 'The mutation `redeliverWebhooks`.' },
    SEND_TEST_WEBHOOK: { description: 'The mutation `sendTestWebhook`.' },
    LOG_IN: {
      description:
        'Requests that were not authenticated. `outcome` is NO_TOKEN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_INVALID, CLAIMS_INVALID, API_KEY_EXPIRED, API_KEY_REVOKED or API_KEY_INVALID, and `address` is a network: all of its refusals within a minute are one entry.',
    },
    READ_MAIL: {
      description:
        'An operator read the recipient or the error of a mail about another’s company. Recorded once a minute.',
    },
    READ_FAILURE: {
      description: 'An operator read the `detail` of the failure of another’s company. Recorded once a minute.',
    },
    READ_LOG: {
      description: 'An operator read the `log` of another’s company, or its `provisioningLog`. Recorded once a minute.',
    },
  } satisfies Described<AuditAction>,
});

const AuditEntryObject = builder.objectRef<AuditEntryRow>('AuditEntry').implement({
  description: 'Who did what, to which company, and the outcome. Entries never change and contain no secrets.',
  authScopes: { operator: true },
  fields: (t) => ({
    id: t.id({ resolve: ({ position }) => String(position), description: 'A rising number; there may be gaps.' }),
    occurredAt: t.expose('occurred_at', {
      type: 'DateTime',
      description: 'When it was recorded, by the database’s clock.',
    }),
    action: t.field({ type: AuditActionEnum, resolve: ({ action }) => action, description: 'What was requested.' }),
    outcome: t.exposeString('outcome', {
      description:
        'The type of the mutation’s result, such as `CreateCompanySuccess`, or the code of an error; `READ` for reads.',
    }),
    subject: t.exposeString('subject', {
      nullable: true,
      description:
        'The `sub` of the token, or the `id` of the API key, that was used; null where nobody was signed in.',
    }),
    tenant: t.exposeString('tenant', {
      nullable: true,
      description: 'The tenant that they acted for; null for none.',
    }),
    roles: t.exposeStringList('roles', { description: 'The roles in that token.' }),
    tokenId: t.exposeString('token_id', { nullable: true, description: 'The `jti` of that token, if it has one.' }),
    keyId: t.exposeString('key_id', {
      nullable: true,
      description: 'The `kid` of the key that the token was signed with, if it names one.',
    }),
    address: t.exposeString('address', { nullable: true, description: 'The network address of the request.' }),
    companyId: t.exposeID('company_id', {
      nullable: true,
      description: 'The company that it was about; null for none or an unknown one. It need not exist.',
    }),
    count: t.exposeInt('count', {
      description: 'How often it happened: 1, unless several within a minute were counted together.',
    }),
    target: t.exposeString('target', {
      nullable: true,
      description:
        'What `REVOKE_TOKEN` and `REVOKE_TOKENS_OF` revoked: the `jti` of the token, or the `sub` of the tokens; the `id` of the key for `CREATE_API_KEY` and `REVOKE_API_KEY`; `tenant …` or `subject …` for `SET_QUOTAS`; the `id` of the endpoint for webhooks; null for other actions and when nothing was revoked.',
    }),
  }),
});

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'The entries to list; omitted criteria are ignored.',
  fields: (t) => ({
    companyId: t.id({ description: 'Only entries about this company.' }),
    subject: t.string({ description: 'Only entries of this subject. Up to 255 characters.' }),
  }),
});

builder.queryField('auditLog', (t) =>
  t.connection(
    {
      type: AuditEntryObject,
      description:
        'The audit log, newest first; at most 100 entries per page. It contains every mutation, whatever its outcome. For operators.',
      complexity: pageComplexity,
      authScopes: { operator: true },
      args: { filter: t.arg({ type: AuditFilterInput, description: 'The entries to list; all by default.' }) },
      resolve: (_root, { filter, ...args }, { db }) => {
        const companyId = filter?.companyId == null ? undefined : parseCompanyId(filter.companyId);
        if (filter?.companyId != null && !companyId)
          throw badArgument('filter.companyId', 'This is not a company’s id.');
        const subject = filter?.subject ?? undefined;
        if (subject !== undefined && claimTextFault(subject))
          throw badArgument('filter.subject', 'Give 1 to 255 characters, as in a token’s “sub”.');
        return resolvePage(
          args,
          ({ position }: AuditEntryRow) => position,
          (window) => findAuditEntries(db, { companyId, subject }, window),
          Number.MAX_SAFE_INTEGER,
        );
      },
    },
    { name: 'AuditLogConnection' },
    { name: 'AuditLogEdge' },
  ),
);
