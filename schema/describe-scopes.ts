import type { GraphQLField, GraphQLSchema } from 'graphql';
import { apiKeyScopes } from '../src/company/api-key.ts';

/** The schema, with the scope that an API key needs for it in the description of each root field. */
export function describeScopes(schema: GraphQLSchema): GraphQLSchema {
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      field.description = `${field.description ?? ''}\n\nAPI keys: ${neededBy(field)}.`;
    }
  }
  return schema;
}

/** What the rule of scope-auth that the field was built with demands of an API key. */
function neededBy({ name, extensions }: GraphQLField<unknown, unknown>): string {
  const { authScopes: declared = {} } = extensions['pothosOptions'] as {
    authScopes?: Readonly<Record<string, unknown>>;
  };
  const authScopes: Readonly<Record<string, unknown>> = { ...declared, ...(declared['$all'] ?? {}) };
  if (authScopes['operator'] === true) return 'scope `operate`';
  if (authScopes['managesApiKeys'] === true) return 'none; use a token';
  if (authScopes['managesWebhooks'] === true) return 'scope `webhooks:write`';
  const scope = apiKeyScopes.find((known) => known === authScopes['scope']);
  if (!scope) throw new Error(`The field ${name} does not declare which scope it needs.`);
  return `scope \`${scope}\``;
}
