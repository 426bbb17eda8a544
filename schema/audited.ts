import { type GraphQLField, type GraphQLSchema, getNamedType, isUnionType } from 'graphql';
import type { Act, Actor } from '../src/company/act.ts';
import type { AuditAction } from '../src/company/audit-entry.ts';
import { parseCompanyId } from '../src/company/company-id.ts';
import type { SchemaContext } from './context.ts';
import { Refusal } from './refusal.ts';

/** What the audit log calls each mutation. */
const actions: Readonly<Record<string, AuditAction>> = {
  createCompany: 'CREATE_COMPANY',
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
  const action = actions[name];
  const results = getNamedType(mutation.type);
  const types = isUnionType(results) ? results.getTypes() : [];
  const success = types.find((type) => type.name.endsWith('Success'));
  if (!resolve || !action || !success) throw new Error(`The audit log cannot record the mutation ${name}.`);

  mutation.resolve = async (root, args: { readonly companyId?: string }, context, info) => {
    let companyId = args.companyId === undefined ? undefined : parseCompanyId(args.companyId);
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
      const result: unknown = await resolve(root, args, { ...context, act }, info);
      record(types.find((type) => type.isTypeOf?.(result, context, info) === true)?.name ?? 'UNKNOWN');
      return result;
    } catch (error) {
      record(error instanceof Refusal ? String(error.extensions['code']) : 'INTERNAL_SERVER_ERROR');
      throw error;
    }
  };
}

export const actorOf = ({ viewer, address }: SchemaContext): Actor => ({
  subject: viewer.subject,
  tenant: viewer.tenant,
  roles: viewer.roles,
  tokenId: viewer.tokenId,
  keyId: viewer.keyId,
  address,
});
