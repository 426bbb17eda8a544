import {
  type ASTNode,
  type DocumentNode,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isRequiredInputField,
  Kind,
  specifiedRules,
  TypeInfo,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { schema } from './index.ts';
import { Refusal } from './refusal.ts';
import { suggestion } from './suggestion.ts';

/** The most faults of one document that are looked for, and reported: each missing field is one to the library. */
const mostFaults = { found: 20, reported: 5 };

/**
 * Why a document is not valid for the schema, in sentences of ours: those of the library quote the document, which may
 * hold a password. `suggests` adds what may have been meant, and with it names of the schema.
 */
export function checkDocument(document: DocumentNode, suggests: boolean): readonly Refusal[] {
  const rules = suggests ? suggestingRules : silentRules;
  const errors = validate(schema, document, rules, { maxErrors: mostFaults.found, hideSuggestions: true });
  const refusals = errors.map((error) => (error instanceof Refusal ? error : unfinished()));
  // One sentence names all missing fields.
  const faults = [...new Map(refusals.map((refusal) => [`${refusal.positions} ${refusal.message}`, refusal])).values()];
  const { reported } = mostFaults;
  return faults.length > reported ? [...faults.slice(0, reported), unfinished()] : faults;
}

const unfinished = (): Refusal => refuse('The document has more errors than these, or takes too long to check.');

type Sentence = (context: ValidationContext, nodes: readonly ASTNode[], suggests: boolean) => string;

/** What each rule of the specification has found. Unknown names of the document are reported by their position. */
const sentences: Readonly<Record<string, Sentence>> = {
  ExecutableDefinitionsRule: () => 'A document may hold operations and fragments only.',
  KnownOperationTypesRule: () => 'This schema has no operations of this kind.',
  UniqueOperationNamesRule: () => 'Two operations have the same name.',
  LoneAnonymousOperationRule: () => 'An operation without a name must be the only one of its document.',
  SingleFieldSubscriptionsRule: () => 'A subscription must select exactly one field, and no introspection.',
  KnownTypeNamesRule: () => 'No type has this name.',
  FragmentsOnCompositeTypesRule: () => 'A fragment must be on an object type, an interface or a union.',
  VariablesAreInputTypesRule: () => 'A variable must be of an input type.',
  ScalarLeafsRule: (context) =>
    isCompositeType(getNamedType(context.getType() ?? undefined))
      ? `A field of type "${context.getType()}" needs a selection of subfields.`
      : `A field of type "${context.getType()}" has no subfields to select.`,
  FieldsOnCorrectTypeRule: unknownField,
  UniqueFragmentNamesRule: () => 'Two fragments have the same name.',
  KnownFragmentNamesRule: () => 'No fragment has this name.',
  NoUnusedFragmentsRule: () => 'A fragment is never used.',
  PossibleFragmentSpreadsRule: () => 'A fragment is spread where an object of its type can never be.',
  NoFragmentCyclesRule: () => 'A fragment spreads itself.',
  UniqueVariableNamesRule: () => 'Two variables have the same name.',
  NoUndefinedVariablesRule: () => 'A variable is used that the operation does not define.',
  NoUnusedVariablesRule: () => 'A variable is defined and never used.',
  KnownDirectivesRule: () => 'No directive has this name, or it is not allowed here.',
  UniqueDirectivesPerLocationRule: () => 'A directive is used twice in one place.',
  KnownArgumentNamesRule: unknownArgument,
  UniqueArgumentNamesRule: () => 'An argument is given twice.',
  ValuesOfCorrectTypeRule: wrongValue,
  ProvidedRequiredArgumentsRule: () => 'A required argument is missing.',
  VariablesInAllowedPositionRule: () => 'A variable is used where its type does not fit.',
  OverlappingFieldsCanBeMergedRule: () =>
    'Fields of one name conflict: they differ in field, arguments or type. Give them different aliases.',
  UniqueInputFieldNamesRule: () => 'A field of an input object is given twice.',
  MaxIntrospectionDepthRule: () => 'Introspection is nested too deeply.',
};

function unknownField(context: ValidationContext, [node]: readonly ASTNode[], suggests: boolean): string {
  const parent = context.getParentType();
  const fields = parent && 'getFields' in parent ? Object.keys(parent.getFields()) : [];
  return `The type "${parent}" has no such field.${suggests ? suggestionFor(node, fields) : ''}`;
}

function unknownArgument(context: ValidationContext, [node]: readonly ASTNode[], suggests: boolean): string {
  const owner = context.getDirective() ?? context.getFieldDef();
  const known = owner?.args.map(({ name }) => name) ?? [];
  return `"${owner?.name ?? 'It'}" has no such argument.${suggests ? suggestionFor(node, known) : ''}`;
}

function wrongValue(context: ValidationContext, [node]: readonly ASTNode[], suggests: boolean): string {
  const type = context.getInputType();
  const named = getNamedType(type ?? undefined);
  const place = context.getArgument() ? `The value of "${context.getArgument()?.name}"` : 'A value';
  const fields = isInputObjectType(named) ? Object.values(named.getFields()) : [];
  if (node?.kind === 'ObjectField') {
    const names = fields.map(({ name }) => name);
    return `${place} has a field that "${named}" does not have.${suggests ? suggestionFor(node, names) : ''}`;
  }
  if (node?.kind === 'ObjectValue' && fields.length > 0) {
    const given = new Set(node.fields.map(({ name }) => name.value));
    const missing = fields.filter((field) => isRequiredInputField(field) && !given.has(field.name));
    return `${place} lacks required fields: ${missing.map(({ name }) => name).join(', ')}.`;
  }
  const field = inputFieldOf(context, node);
  return field
    ? `The value of "${field.name}" does not fit its type, "${field.type}".`
    : `${place} does not fit its type, "${type}".`;
}

/** The field of an input object that holds this value: the rule itself stops at the argument. */
function inputFieldOf(context: ValidationContext, value: ASTNode | undefined) {
  const holds = (held: ValueNode): boolean => held === value || (held.kind === Kind.LIST && held.values.some(holds));
  const types = new TypeInfo(context.getSchema());
  let found: { readonly name: string; readonly type: unknown } | undefined;
  const find = visitWithTypeInfo(types, {
    ObjectField(field) {
      if (holds(field.value)) found = { name: field.name.value, type: types.getInputType() };
    },
  });
  visit(context.getDocument(), find);
  return found;
}

const suggestionFor = (node: ASTNode | undefined, options: readonly string[]): string =>
  node && 'name' in node && node.name ? suggestion(node.name.value, options) : '';

/** The rule, with its own error replaced by our sentence at the place that it found. */
const telling =
  (rule: ValidationRule, suggests: boolean): ValidationRule =>
  (context) => {
    const sentence = sentences[rule.name] ?? (() => 'The document is not valid for this schema.');
    const reportError: ValidationContext['reportError'] = ({ nodes = [] }) =>
      context.reportError(refuse(sentence(context, nodes, suggests), nodes));
    return rule(Object.create(context, { reportError: { value: reportError } }));
  };

const silentRules = specifiedRules.map((rule) => telling(rule, false));
const suggestingRules = specifiedRules.map((rule) => telling(rule, true));

const refuse = (message: string, nodes: readonly ASTNode[] = []): Refusal =>
  new Refusal(message, { code: 'GRAPHQL_VALIDATION_FAILED' }, { status: 400, wellFormed: true }, { nodes });
