import { createComplexityRule } from '@pothos/plugin-complexity';
import { type DocumentNode, type GraphQLError, getOperationAST, getVariableValues, validate } from 'graphql';
import { schema } from './index.ts';

/** The largest operations that are executed: how deep fields nest, how many there are, and how many lines of lists they ask for. */
const limits = { maxDepth: 12, maxBreadth: 200, maxComplexity: 20_000 };

export interface Operation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Why an operation is refused before anything of it runs: variables that are not of their types, or its size. */
export function checkOperation({ document, operationName, variables }: Operation): readonly GraphQLError[] {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const { errors } = getVariableValues(schema, definitions, { ...variables });
  if (errors) return errors;
  const rule = createComplexityRule({
    context: {},
    variableValues: { ...variables },
    operationName: operationName ?? null,
    ...limits,
  });
  return validate(schema, document, [rule]);
}
