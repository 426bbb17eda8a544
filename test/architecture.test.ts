import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const architecture = readFileSync('ARCHITECTURE.md', 'utf8');
const [, invariants = ''] = /^## Invariants$(.*?)^## /ms.exec(architecture) ?? [];

test('every invariant names a test that exists', () => {
  const numbered = invariants.split(/^(?=\d+\. )/m).slice(1);
  assert.deepEqual(
    numbered.map((text) => Number.parseInt(text, 10)),
    numbered.map((_, index) => index + 1),
  );
  for (const text of numbered) {
    const [statement = '', enforcement] = text.split('*Enforced by:* ');
    assert.ok(enforcement, `Nothing enforces: ${statement}`);
    for (const named of (enforcement.split('\n')[0] ?? '').split('; ')) {
      const [, file = '', title] = /^(\S+\.ts)(?: "(.+)")?$/.exec(named) ?? assert.fail(`Not a test: ${named}`);
      const source = readFileSync(file, 'utf8');
      if (title !== undefined) assert.ok(source.includes(title), `${file} has no test "${title}"`);
    }
  }
});
