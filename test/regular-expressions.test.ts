import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { isSafePattern } from 'redos-detector';
import ts from 'typescript';

/**
 * Expressions that may go back as far as the text is long, and yet take time linear in it: each begins in one place only,
 * or looks no further than to where it may begin again. An expression that fails below is better bounded than added here.
 */
const linear = new Set([
  String.raw`/<script>(.*?)<\/script>/gs`,
  String.raw`/^(\S+ "[^"]*" has invalid value(?: at [^:]*)?: )?(.*)$/s`,
  String.raw`/, found\b.*$/s`,
  '/( value): .*$/s',
  String.raw`/^(?:Updating DocTypes for .+\]|Setting up the company:)\s*(\d{1,3})%\s*$/`,
  String.raw`/(?:connecting to|reading from|writing to|server on|server at|on host) ['"]?([\w.:-]{1,100}\w)/`,
  String.raw`/^(Syntax Error: (?:Unexpected|Invalid) \w+)\b.*$/s`,
]);

/** What operators write is not from outside. */
const readsOnlyConfiguration = /^src\/(config|database|redis)\//;

describe('regular expressions', () => {
  for (const file of globSync('{src,schema,jobs}/**/*.ts', { cwd: new URL('..', import.meta.url) })) {
    if (readsOnlyConfiguration.test(file)) continue;
    const source = ts.createSourceFile(
      file,
      readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'),
      ts.ScriptTarget.Latest,
    );
    const literals: string[] = [];
    const compiled: string[] = [];
    const look = (node: ts.Node, whenLoaded: boolean): void => {
      if (ts.isRegularExpressionLiteral(node)) literals.push(node.text);
      const called = ts.isNewExpression(node) || ts.isCallExpression(node) ? node.expression.getText(source) : '';
      if (called === 'RegExp' && !whenLoaded) compiled.push(node.getText(source));
      ts.forEachChild(node, (child) => look(child, whenLoaded && !ts.isFunctionLike(child)));
    };
    look(source, true);
    if (literals.length + compiled.length === 0) continue;

    test(`${file} compiles no regular expression from input, and none backtracks without bound`, () => {
      assert.deepEqual(compiled, []);
      for (const literal of literals) {
        if (linear.has(literal)) continue;
        const end = literal.lastIndexOf('/');
        const flags = literal.slice(end + 1);
        // Names of groups change nothing, and the detector does not know them.
        const pattern = literal.slice(1, end).replaceAll(/\(\?<\w+>/g, '(');
        const { safe, error } = isSafePattern(pattern, {
          caseInsensitive: flags.includes('i'),
          dotAll: flags.includes('s'),
          multiLine: flags.includes('m'),
          unicode: flags.includes('u'),
          maxScore: 300,
        });
        assert.ok(safe, `${literal}: ${error}`);
      }
    });
  }
});
