import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'graphql';
import { checkOperation } from '../schema/check-operation.ts';

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
