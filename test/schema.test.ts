import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  printSchema,
} from 'graphql';
import { schema } from '../schema/index.ts';

type Field = GraphQLField<unknown, unknown>;
type Part = GraphQLNamedType | Field | GraphQLArgument | GraphQLInputField | GraphQLEnumValue;

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const objects = types.filter(isObjectType);
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((type) => !!type);

/** Whether a rule of scope-auth is declared on a type or a field. */
const hasRule = ({ extensions }: Part): boolean => {
  const options = extensions['pothosOptions'];
  return typeof options === 'object' && options !== null && 'authScopes' in options && options.authScopes !== undefined;
};

describe('authorization rules', () => {
  test('every root field has an authorization rule', () => {
    const open = roots.flatMap((type) => Object.values(type.getFields()).filter((field) => !hasRule(field)));
    assert.equal(roots.length, 3);
    assert.deepEqual(open.map(String), []);
  });

  test('every root field says which scope an API key needs for it', () => {
    const needs =
      /\n\nAPI keys: (scope `(companies:read|companies:write|webhooks:write|operate)`|none; use a token)\.$/;
    const silent = roots.flatMap((type) =>
      Object.values(type.getFields()).filter(({ description }) => !needs.test(description ?? '')),
    );
    assert.deepEqual(silent.map(String), []);
  });

  /** Relay's wrappers, which the plugin makes: they hold cursors, and types that have rules. */
  const isWrapper = ({ name }: GraphQLNamedType): boolean => /^PageInfo$|.Edge$|.Connection$/.test(name);

  for (const type of objects.filter((type) => !roots.includes(type) && !isWrapper(type))) {
    test(`${type} or each of its fields has an authorization rule`, () => {
      const open = hasRule(type) ? [] : Object.values(type.getFields()).filter((field) => !hasRule(field));
      assert.deepEqual(open.map(String), []);
    });
  }

  for (const type of objects.filter(isWrapper)) {
    test(`${type} has only the fields that Relay specifies, and counts`, () => {
      for (const field of Object.values(type.getFields())) {
        const held = getNamedType(field.type);
        const isCursor = isScalarType(held) && /cursor$|^has(Next|Previous)Page$|^totalCount/i.test(field.name);
        const hasOneItself = isObjectType(held) && (hasRule(held) || isWrapper(held));
        assert.ok(isCursor || hasOneItself, `${type}.${field.name}`);
      }
    });
  }
});

test('every type, field, argument and value is described', () => {
  const partsOf = (type: GraphQLNamedType): readonly Part[] => {
    if (isEnumType(type)) return type.getValues();
    if (isInputObjectType(type)) return Object.values(type.getFields());
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values<Field>(type.getFields()).flatMap((field) => [field, ...field.args]);
  };
  const silent = types.flatMap((type) =>
    [type, ...partsOf(type)].filter(({ description }) => !description?.trim()).map((part) => `${type}: ${part.name}`),
  );
  assert.deepEqual(silent, []);
});

test('schema.graphql is what codegen prints', () => {
  const checkedIn = readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8');
  assert.equal(checkedIn.trim(), printSchema(schema).trim(), 'run: npm run codegen');
});
