import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const preload = join(import.meta.dirname, 'clock-off.ts');

/** The output of a program whose clock is `minutes` off. */
const printed = (program: string, minutes: number): string =>
  execFileSync(process.execPath, ['--import', preload, '--print', program], {
    env: { CLOCK_OFF_MINUTES: `${minutes}` },
    encoding: 'utf8',
  }).trim();

for (const minutes of [120, -120]) {
  test(`a clock that is ${minutes} minutes off returns that time, and converts other times as they are`, () => {
    for (const now of ['Date.now()', 'new Date().getTime()']) {
      const off = (Number(printed(now, minutes)) - Date.now()) / 60_000;
      assert.ok(Math.abs(off - minutes) < 1, `${now} is ${off} minutes off`);
    }
    assert.equal(printed(`new Date('2026-11-22T12:00:00Z').toISOString()`, minutes), '2026-11-22T12:00:00.000Z');
    assert.equal(printed('new (class extends Date {})(0) instanceof Date', minutes), 'true');
  });
}
