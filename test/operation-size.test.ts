import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getOperationAST, parse } from 'graphql';
import { checkOperation } from '../schema/check-operation.ts';
import { countMutations } from '../src/http/count-mutations.ts';

const refusalsOf = (document: ReturnType<typeof parse>, variables: Readonly<Record<string, unknown>>): string[] =>
  checkOperation({ document, variables }, true).map(({ message }) => message);

const tooComplex = /complexity of \d+ exceeds 20000/;

test('a document that was small is measured again with a larger page', () => {
  const document = parse(
    'query ($size: Int = 100) { companies(first: $size) { nodes: edges { node { history(first: 100) { edges { node { version message } } } } } } }',
  );
  for (const size of [1, null]) {
    assert.deepEqual(refusalsOf(document, { size }), []);
    assert.match(String(refusalsOf(document, { size: 100 })), tooComplex);
    assert.deepEqual(refusalsOf(document, { size }), []);
    // The default of the document counts, not the default of the field.
    assert.match(String(refusalsOf(document, {})), tooComplex);
  }
});

test('fragments that contain others twice are measured without unfolding them', () => {
  const last = 60;
  const fragments = Array.from(
    { length: last },
    (_, level) => `fragment F${level} on Mutation { ...F${level + 1} ... { ...F${level + 1} } }`,
  );
  const document = parse(`mutation { ...F0 } ${fragments.join(' ')} fragment F${last} on Mutation { __typename }`);
  assert.match(String(refusalsOf(document, {})), /breadth of \d+ exceeds 100/);
  assert.equal(countMutations(document, getOperationAST(document) ?? assert.fail()), 2 ** last);
});
