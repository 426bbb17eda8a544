import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The README's one example in `language` that holds `part`, so that tests run what people copy. */
export function exampleWith(part: string, language: string): string {
  const examples = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name, text]) => name === language && text?.includes(part))
    .map(([, , text = '']) => text);
  const [example, ...more] = examples;
  assert.ok(example !== undefined && more.length === 0, `${examples.length} examples in ${language} with ${part}`);
  return example;
}
