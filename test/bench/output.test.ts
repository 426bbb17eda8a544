import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { countries } from '../../src/company/countries.ts';
import { benchProgress } from '../../src/site-hosts/bench/bench-progress.ts';
import { fiscalYear } from '../../src/site-hosts/bench/fiscal-year.ts';
import { lineSplitter } from '../../src/site-hosts/bench/line-splitter.ts';

/** What each command of ours prints, cut from the captures of one that installed both. */
const commands = [
  { file: 'new-site-frappe15-demo_app.stdout', to: '\nInstalling demo_app', of: 'new-site, Frappe 15' },
  { file: 'new-site-frappe15-demo_app.stdout', from: '\nInstalling demo_app', of: 'install-app of a small app' },
  { file: 'new-site-frappe16dev-erpnext.stdout', to: '\nInstalling erpnext', of: 'new-site, Frappe 16' },
  { file: 'new-site-frappe16dev-erpnext.stdout', from: '\nInstalling erpnext', of: 'install-app of ERPNext 16' },
];

for (const { file, from, to, of } of commands) {
  for (const size of [1, 7, 1_000, 1_000_000]) {
    test(`${of}: its bars, read ${size} bytes at a time, become a percent that only grows`, async () => {
      const whole = await readFile(join(import.meta.dirname, 'captures', file));
      const bytes = whole.subarray(from ? whole.indexOf(from) : 0, to ? whole.indexOf(to) : whole.length);
      const percents: number[] = [];
      const split = lineSplitter(benchProgress((percent) => percents.push(percent)));
      for (let at = 0; at < bytes.length; at += size) split(bytes.subarray(at, at + size));
      const bars = bytes
        .toString()
        .match(/\d+%/g)
        ?.map((bar) => Number.parseInt(bar, 10) * 0.9);
      assert.deepEqual(percents, [...(bars ?? []), 95]);
      assert.deepEqual(
        percents,
        percents.toSorted((one, other) => one - other),
      );
    });
  }
}

test('an endless line takes no more memory than the longest that is kept', () => {
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line));
  const chunk = Buffer.alloc(65_536, 'x');
  for (let count = 0; count < 256; count += 1) split(chunk);
  split(Buffer.from('\rthe next\n'));
  assert.equal(lines.length, 2);
  assert.ok((lines[0]?.length ?? 0) <= 2 * 65_536);
  assert.equal(lines[1], 'the next');
});

test('bytes that are not UTF-8 are replaced, and a character split over two chunks is one', () => {
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line));
  for (const byte of Buffer.from('Größe €\r\n')) split(Buffer.from([byte]));
  split(Buffer.from([0xff, 0xfe, 0x80, 0x0a]));
  assert.deepEqual(lines, ['Größe €', '\ufffd\ufffd\ufffd']);
});

test('the fiscal year is the one that contains the day', () => {
  const yearOf = (country: string, day: string) => Object.values(fiscalYear(country, day)).join();
  assert.equal(yearOf('Germany', '2026-01-01'), '2026-01-01,2026-12-31');
  assert.equal(yearOf('United States', '2026-12-31'), '2026-01-01,2026-12-31');
  assert.equal(yearOf('India', '2026-03-31'), '2025-04-01,2026-03-31');
  assert.equal(yearOf('India', '2026-04-01'), '2026-04-01,2027-03-31');
  assert.equal(yearOf('Australia', '2026-07-01'), '2026-07-01,2027-06-30');
  assert.equal(yearOf('Afghanistan', '2026-12-20'), '2025-12-21,2026-12-20');
  assert.equal(yearOf('South Africa', '2027-02-28'), '2026-03-01,2027-02-28');
  assert.equal(yearOf('South Africa', '2027-03-01'), '2027-03-01,2028-02-29');
});

test('the fiscal year of any country on any day of four years contains the day and is accepted by ERPNext', () => {
  for (const { name } of countries()) {
    for (const day = new Date('2026-01-01'); day < new Date('2030-01-01'); day.setUTCDate(day.getUTCDate() + 1)) {
      const today = day.toISOString().slice(0, 10);
      const { start, end } = fiscalYear(name, today);
      // erpnext/accounts/doctype/fiscal_year/fiscal_year.py: start + one year - one day.
      const last = new Date(start);
      last.setUTCFullYear(last.getUTCFullYear() + 1, last.getUTCMonth(), last.getUTCDate() - 1);
      if (end !== last.toISOString().slice(0, 10) || start > today || end < today) {
        assert.fail(`${name} on ${today}: ${start} to ${end}`);
      }
    }
  }
});
