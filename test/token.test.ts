import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';

const makeToken = (...options: string[]) =>
  promisify(execFile)(process.execPath, ['src/token.ts', ...options], {
    env: { ...process.env, AUTH_JWT_SECRET: 'a secret that only tests sign their tokens with' },
  });

describe('npm run token', () => {
  test('makes a token that lives as long as asked for', async () => {
    const { stdout } = await makeToken('--role', 'partner', '--subject', 'shop', '--lifetime', '30m');
    const { sub, roles, iat = 0, exp = 0 } = decodeJwt(stdout.trim());
    assert.deepEqual([sub, roles, exp - iat], ['shop', ['partner'], 1_800]);
  });

  for (const [options, sentence] of [
    [['--help'], /The options are --role/],
    [['--subject'], /The options are --role/],
    [['--lifetime', 'long'], /--lifetime must be/],
    // The service would refuse it.
    [['--lifetime', '25h'], /at most 86400s/],
  ] as const) {
    test(`says in a sentence what is wrong with ${options.join(' ')}`, async () => {
      await assert.rejects(makeToken(...options), ({ stderr }: { stderr?: string } & Error) => {
        assert.match(stderr ?? '', sentence);
        assert.doesNotMatch(stderr ?? '', /\n +at /);
        return true;
      });
    });
  }
});
