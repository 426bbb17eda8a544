import {
  type GraphQLInputType,
  type GraphQLLeafType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { schema } from './index.ts';
import { Refusal } from './refusal.ts';
import { suggestion } from './suggestion.ts';

/** The most faults of one request that are reported. */
const mostFaults = 5;

/** Reports a fault at a place below a variable, such as `input.apps[3]`. Returns false once no more are wanted. */
type Report = (place: string, fault: string) => boolean;

/**
 * Why variables are not of the types that an operation gives them, by place and type. The library's own check describes
 * each fault with the value in it, however many there are: this one stops at a few, and costs what the variables weigh.
 */
export function checkVariables(
  definitions: readonly VariableDefinitionNode[],
  values: Readonly<Record<string, unknown>>,
  suggests: boolean,
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const definition of definitions) {
    const type = typeFromAST(schema, definition.type);
    const name = definition.variable.name.value;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (!isInputType(type) || (value === undefined && definition.defaultValue)) continue;
    const report: Report = (place, fault) => {
      // The place names fields of the schema alone; the variable's own name is the client's, and reported by its position.
      const where = place === '' ? 'A variable' : `A variable, at "${place.replace(/^\./, '')}",`;
      refusals.push(
        new Refusal(
          `${where} ${fault}`,
          { code: 'BAD_USER_INPUT' },
          { status: 400, wellFormed: true },
          { nodes: [definition] },
        ),
      );
      return refusals.length < mostFaults;
    };
    if (!checkValue(value, type, '', report, suggests)) break;
  }
  return refusals;
}

/** Input coercion of the specification (§ 3.13), for its faults only. Returns false once no more of them are wanted. */
function checkValue(value: unknown, type: GraphQLInputType, place: string, report: Report, suggests: boolean): boolean {
  if (value === undefined || value === null) {
    return !isNonNullType(type) || report(place, `must be given, and not be null: its type is "${type}".`);
  }
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) {
    if (!Array.isArray(value)) return checkValue(value, nullable.ofType, place, report, suggests);
    return value.every((item, index) => checkValue(item, nullable.ofType, `${place}[${index}]`, report, suggests));
  }
  if (isLeafType(nullable)) return fits(value, nullable) || report(place, `does not fit its type, "${nullable}".`);
  if (!isInputObjectType(nullable)) return true;
  if (typeof value !== 'object' || Array.isArray(value))
    return report(place, `must be an object of type "${nullable}".`);

  const fields = nullable.getFields();
  for (const field of Object.values(fields)) {
    const inner = Object.hasOwn(value, field.name) ? Reflect.get(value, field.name) : undefined;
    if (inner === undefined && !isRequiredInputField(field)) continue;
    if (!checkValue(inner, field.type, `${place}.${field.name}`, report, suggests)) return false;
  }
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(fields, name)) continue;
    const meant = suggests ? suggestion(name, Object.keys(fields)) : '';
    if (!report(place, `has a field that "${nullable}" does not have.${meant}`)) return false;
  }
  return true;
}

function fits(value: unknown, type: GraphQLLeafType): boolean {
  try {
    return type.coerceInputValue(value) !== undefined;
  } catch {
    // What is wrong with it quotes it; the type says enough.
    return false;
  }
}
