import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { scrub } from '../../src/secrets/scrub.ts';
import { parameters } from './parameters.ts';

/** Characters that are escapes, stand in escapes or have several spellings, beside plain ones. */
const character = fc.constantFrom(...'\\\\\\%&;#+xuU0Aa"\'<> /{ü🔑ж');
const secrets = fc.array(character, { minLength: 1, maxLength: 40 });
/** Nothing of it can be a part of a secret, of its spellings, or of the note in its place. */
const beside = fc.string({ unit: fc.constantFrom(...'zyqjk-_\n'), maxLength: 20 });

const hexOf = (unit: number, digits: number): string => unit.toString(16).padStart(digits, '0');
const spellings: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => `\\${character}`,
  (character) => Array.from(character.split(''), (unit) => `\\u${hexOf(unit.charCodeAt(0), 4)}`).join(''),
  (character) => `\\U${hexOf(character.codePointAt(0) ?? 0, 8)}`,
  (character) => Array.from(Buffer.from(character), (byte) => `%${hexOf(byte, 2).toUpperCase()}`).join(''),
  (character) => `&#${character.codePointAt(0)};`,
  (character) => `&#x00${hexOf(character.codePointAt(0) ?? 0, 2)};`,
];

describe('scrubbing', () => {
  test('scrubbing removes a secret however each character is spelled, and keeps the rest', () => {
    const spelled = secrets.chain((secret) =>
      fc.record({
        secret: fc.constant(secret.join('')),
        spelling: fc
          .tuple(...secret.map((each) => fc.constantFrom(...spellings).map((spell) => spell(each))))
          .map((each) => each.join('')),
      }),
    );
    fc.assert(
      fc.property(spelled, beside, beside, ({ secret, spelling }, before, after) => {
        assert.equal(scrub(`${before}z${spelling}z${after}`, secret), `${before}z[secret]z${after}`);
      }),
      parameters(500),
    );
  });

  test('scrubbing plain text removes exactly the occurrences, overlapping ones included', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 60 });
    const secret = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(text, fc.array(secret, { maxLength: 3 }), (given, all) => {
        const kept = given.split('').map((letter, index) => {
          const isPart = all.some((each) =>
            [...each].some((_, back) => index >= back && given.startsWith(each, index - back)),
          );
          return isPart ? '*' : letter;
        });
        assert.equal(scrub(given, ...all), kept.join('').replace(/\*+/g, '[secret]'));
      }),
      parameters(500),
    );
  });

  // In a process of its own: what goes back without a bound would not come to an end, and could not be stopped.
  for (const [secret, text] of [
    ['backslashes', "'\\\\'.repeat(512), '\\\\'.repeat(100_000) + 'x'"],
    ['one letter that never ends', "'a'.repeat(511) + 'b', 'a'.repeat(100_000)"],
    ['percents', "'%'.repeat(512), '%25'.repeat(30_000)"],
    ['a character reference', "'&#0'.repeat(100), '&#0'.repeat(30_000)"],
    ['a single backslash', "'\\\\', '\\\\'.repeat(100_000)"],
    ['a single letter', "'a', 'a'.repeat(100_000)"],
  ]) {
    test(`scrubbing takes time linear in its text: ${secret}`, () => {
      const program = `import { scrub } from './src/secrets/scrub.ts'; const [secret, text] = [${text}]; scrub(text, secret);`;
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
        cwd: new URL('../..', import.meta.url),
        timeout: 120_000,
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
    });
  }
});
