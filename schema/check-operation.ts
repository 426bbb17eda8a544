import { createComplexityRule } from '@pothos/plugin-complexity';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, validate, visit } from 'graphql';
import { checkVariables } from './check-variables.ts';
import { schema } from './index.ts';
import { Refusal } from './refusal.ts';

/** The largest operations that are executed: how deep fields nest, how many there are, and how many lines of lists they ask for. */
const limits = { depth: 12, breadth: 100, complexity: 20_000 } as const;

export interface Operation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Why an operation of a valid document is refused before anything of it runs: variables that are not of their types, its
 * size, or introspection by somebody who may not see the schema.
 */
export function checkOperation(
  { document, operationName, variables }: Operation,
  seesSchema: boolean,
): readonly Refusal[] {
  const operation = getOperationAST(document, operationName);
  if (!operation) return [refuse('Set operationName to the operation of the document to run.')];
  if (!seesSchema && asksForSchema(document)) return [refuse('You may not introspect the schema.')];
  const faults = checkVariables(operation.variableDefinitions ?? [], variables, seesSchema);
  if (faults.length > 0) return faults;

  return checkSize(document, operation, variables);
}

/** What was found of each document, and for which operation and variables. */
const measurements = new WeakMap<DocumentNode, { readonly key: string; readonly refusals: readonly Refusal[] }>();

/** A document is walked again only when a variable that decides its size differs from the last time. */
function checkSize(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Operation['variables'],
): readonly Refusal[] {
  const values = operation.variableDefinitions?.map(({ variable }) => sizeOf(variables[variable.name.value])) ?? [];
  const key = JSON.stringify([operation.name?.value, ...values]);
  const known = measurements.get(document);
  if (known?.key === key) return known.refusals;
  const refusals = measure(document, operation, variables);
  measurements.set(document, { key, refusals });
  return refusals;
}

/** A variable as far as it decides a size: fields count as well when a directive skips them. */
function sizeOf(value: unknown): unknown {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return [value.length];
  return value === null || typeof value === 'number' ? value : 'other';
}

function measure(
  document: DocumentNode,
  { name }: OperationDefinitionNode,
  variables: Operation['variables'],
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const rule = createComplexityRule({
    context: {},
    variableValues: { ...variables },
    operationName: name?.value ?? null,
    validate(size) {
      for (const aspect of ['depth', 'breadth', 'complexity'] as const) {
        const [actual, most] = [size[aspect], limits[aspect]];
        if (actual > most)
          refusals.push(refuse(`The operation's ${aspect} of ${actual} exceeds ${most}; request less.`));
      }
    },
  });
  validate(schema, document, [rule]);
  return refusals;
}

const askingForSchema = new WeakMap<DocumentNode, boolean>();

/** Whether a document selects `__schema` or `__type` anywhere. A cached document is looked through once. */
function asksForSchema(document: DocumentNode): boolean {
  const known = askingForSchema.get(document);
  if (known !== undefined) return known;
  let asks = false;
  visit(document, {
    Field({ name }) {
      if (name.value === '__schema' || name.value === '__type') asks = true;
    },
  });
  askingForSchema.set(document, asks);
  return asks;
}

const refuse = (message: string): Refusal =>
  new Refusal(message, { code: 'BAD_USER_INPUT' }, { status: 400, wellFormed: true });
