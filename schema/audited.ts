import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isUnionType,
} from 'graphql';
import type { Act, Actor } from '../src/company/act.ts';
import type { AuditAction } from '../src/company/audit-entry.ts';
import { parseCompanyId } from '../src/company/company-id.ts';
import type { SchemaContext } from './context.ts';
import { Refusal } from './refusal.ts';

/** What the audit log calls each mutation. */
const actions: Readonly<Record<string, AuditAction>> = {
  createCompany: 'CREATE_COMPANY',
  createCompanies: 'CREATE_COMPANY',
  provisionCompany: 'PROVISION_COMPANY',
  cancelProvisioning: 'CANCEL_PROVISIONING',
  correctCompany: 'CORRECT_COMPANY',
  deleteDraft: 'DELETE_DRAFT',
  resendMail: 'RESEND_MAIL',
  createStreamToken: 'CREATE_STREAM_TOKEN',
  revokeToken: 'REVOKE_TOKEN',
  revokeTokensOf: 'REVOKE_TOKENS_OF',
  createApiKey: 'CREATE_API_KEY',
  revokeApiKey: 'REVOKE_API_KEY',
  setQuotas: 'SET_QUOTAS',
  createWebhookEndpoint: 'CREATE_WEBHOOK_ENDPOINT',
  updateWebhookEndpoint: 'UPDATE_WEBHOOK_ENDPOINT',
  rotateWebhookSecret: 'ROTATE_WEBHOOK_SECRET',
  deleteWebhookEndpoint: 'DELETE_WEBHOOK_ENDPOINT',
  redeliverWebhooks: 'REDELIVER_WEBHOOKS',
  sendTestWebhook: 'SEND_TEST_WEBHOOK',
};

/**
 * The schema, with each of its mutations recorded whatever it comes to. Those that change something record it with the
 * change itself; here the others are, also those that were not allowed.
 */
export function audited(schema: GraphQLSchema): GraphQLSchema {
  for (const mutation of Object.values(schema.getMutationType()?.getFields() ?? {})) audit(mutation);
  return schema;
}

function audit(mutation: GraphQLField<unknown, SchemaContext>): void {
  const { name, resolve } = mutation;
  const { action, success } = recordedOf(name, mutation.type);
  if (!resolve || !action || !success) throw new Error(`The audit log cannot record the mutation ${name}.`);

  mutation.resolve = isListType(getNullableType(mutation.type))
    ? // Each line records itself: what is left is the refusal of all of them.
      async (root, args, context, info) => {
        try {
          return await resolve(root, args, context, info);
        } catch (error) {
          context.audit.record({ actor: actorOf(context), action, outcome: codeOf(error), companyId: undefined });
          throw error;
        }
      }
    : (root, args: { readonly companyId?: string }, context, info) =>
        recorded(context, info, (act) => resolve(root, args, { ...context, act }, info), args.companyId);
}

/** Runs a mutation, or one line of a mutation that has many, and records what it comes to. */
export async function recorded<Result>(
  context: SchemaContext,
  info: GraphQLResolveInfo,
  run: (act: Act) => Result | Promise<Result>,
  namedCompany?: string,
): Promise<Result> {
  const { action, types, success } = recordedOf(info.fieldName, info.returnType);
  if (!action || !success) throw new Error(`The audit log cannot record ${info.fieldName}.`);
  let companyId = namedCompany === undefined ? undefined : parseCompanyId(namedCompany);
  let isRecorded = false;
  const actor = actorOf(context);
  const act: Act = {
    actor,
    action,
    success: success.name,
    isAbout(company) {
      companyId = company;
    },
    wasRecorded() {
      isRecorded = true;
    },
  };
  const record = (outcome: string): void => {
    if (!isRecorded) context.audit.record({ actor, action, outcome, companyId });
  };
  try {
    const result = await run(act);
    record(types.find((type) => type.isTypeOf?.(result, context, info) === true)?.name ?? 'UNKNOWN');
    return result;
  } catch (error) {
    record(codeOf(error));
    throw error;
  }
}

/** What the audit log calls a mutation and its outcomes. */
function recordedOf(name: string, type: GraphQLOutputType) {
  const results = getNamedType(type);
  const types = isUnionType(results) ? results.getTypes() : [];
  return { action: actions[name], types, success: types.find((type) => type.name.endsWith('Success')) };
}

const codeOf = (error: unknown): string =>
  error instanceof Refusal ? String(error.extensions['code']) : 'INTERNAL_SERVER_ERROR';

export const actorOf = ({ viewer, address }: SchemaContext): Actor => ({
  subject: viewer.subject,
  tenant: viewer.tenant,
  roles: viewer.roles,
  tokenId: viewer.tokenId,
  keyId: viewer.keyId,
  address,
});
