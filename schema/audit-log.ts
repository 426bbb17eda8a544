import { type ResolveCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import { claimTextFault } from '../src/access/claim-text.ts';
import { type AuditEntryRow, findAuditEntries } from '../src/audit/find-entries.ts';
import type { AuditAction } from '../src/company/audit-entry.ts';
import { parseCompanyId } from '../src/company/company-id.ts';
import { builder } from './builder.ts';
import type { Described } from './described.ts';
import { page, pageArguments, pageComplexity, windowOf } from './page.ts';
import { badArgument } from './refusal.ts';

const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'What an entry of the audit log tells of.',
  values: {
    CREATE_COMPANY: { description: 'The mutation `createCompany`.' },
    PROVISION_COMPANY: { description: 'The mutation `provisionCompany`.' },
    CANCEL_PROVISIONING: { description: 'The mutation `cancelProvisioning`.' },
    RESEND_MAIL: { description: 'The mutation `resendMail`.' },
    CORRECT_ADDRESS: { description: '`resendMail` gave the company another `customerEmail`.' },
    REVOKE_TOKEN: { description: 'The mutation `revokeToken`.' },
    REVOKE_TOKENS_OF: { description: 'The mutation `revokeTokensOf`.' },
    LOG_IN: {
      description:
        'Somebody was not let in. `outcome` is NO_TOKEN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_INVALID or CLAIMS_INVALID, and `address` a network: all of its refusals within a minute are one entry.',
    },
    READ_MAIL: {
      description:
        'An operator read where a mail about another’s company goes, or why it did not arrive. Told once a minute.',
    },
    READ_FAILURE: {
      description: 'An operator read what the site host said of another’s failure, its `detail`. Told once a minute.',
    },
  } satisfies Described<AuditAction>,
});

const AuditEntryObject = builder.objectRef<AuditEntryRow>('AuditEntry').implement({
  description: 'Who did what, to which company, and what came of it. Entries never change, and hold nothing secret.',
  authScopes: { operator: true },
  fields: (t) => ({
    id: t.id({ resolve: ({ position }) => String(position), description: 'Numbers rise; some may be left out.' }),
    occurredAt: t.expose('occurred_at', {
      type: 'DateTime',
      description: 'When it was recorded, by the database’s clock.',
    }),
    action: t.field({ type: AuditActionEnum, resolve: ({ action }) => action, description: 'What was asked for.' }),
    outcome: t.exposeString('outcome', {
      description:
        'What came of it: the type of the mutation’s result, such as `CreateCompanySuccess`, or the code of an error; `READ` of what was read.',
    }),
    subject: t.exposeString('subject', {
      nullable: true,
      description: 'Who asked: the `sub` of their token; null where nobody was signed in.',
    }),
    roles: t.exposeStringList('roles', { description: 'The roles in their token.' }),
    tokenId: t.exposeString('token_id', { nullable: true, description: 'The `jti` of their token, if it has one.' }),
    keyId: t.exposeString('key_id', {
      nullable: true,
      description: 'The `kid` of the key that their token was signed with, if it names one.',
    }),
    address: t.exposeString('address', { nullable: true, description: 'The network address that they asked from.' }),
    companyId: t.exposeID('company_id', {
      nullable: true,
      description: 'Which company it was about; null for none, or one that is not known. It need not exist.',
    }),
    target: t.exposeString('target', {
      nullable: true,
      description:
        'What `REVOKE_TOKEN` and `REVOKE_TOKENS_OF` revoked: the `jti` of the token, or the `sub` of the tokens; null for other actions and when nothing was revoked.',
    }),
    count: t.exposeInt('count', { description: 'How often it happened: 1, unless it was counted within a minute.' }),
  }),
});

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Which entries to list; what is left out does not matter.',
  fields: (t) => ({
    companyId: t.id({ description: 'About this company.' }),
    subject: t.string({ description: 'By this subject. Up to 255 characters.' }),
  }),
});

builder.queryField('auditLog', (t) =>
  t.connection(
    {
      type: AuditEntryObject,
      description:
        'Who did what, newest first; at most 100 at a time. Every mutation is there, whatever came of it. For operators.',
      complexity: pageComplexity,
      authScopes: { operator: true },
      args: { filter: t.arg({ type: AuditFilterInput, description: 'Which entries to list; all by default.' }) },
      resolve: (_root, { filter, ...args }, { db }) => {
        const companyId = filter?.companyId == null ? undefined : parseCompanyId(filter.companyId);
        if (filter?.companyId != null && !companyId) throw badArgument('filter.companyId', 'This is no company’s id.');
        const subject = filter?.subject ?? undefined;
        if (subject !== undefined && claimTextFault(subject))
          throw badArgument('filter.subject', 'Give 1 to 255 characters, as in a token’s “sub”.');
        return resolveCursorConnection(
          { ...page, args: pageArguments(args), toCursor: ({ position }: AuditEntryRow) => String(position) },
          (asked: ResolveCursorConnectionArgs) =>
            findAuditEntries(db, { companyId, subject }, windowOf(asked, Number.MAX_SAFE_INTEGER)),
        );
      },
    },
    { name: 'AuditLogConnection' },
    { name: 'AuditLogEdge' },
  ),
);
