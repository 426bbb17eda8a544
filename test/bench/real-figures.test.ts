/**
 * How long a real site takes: by the commands that a person would type, by our steps without a template, and with one. They
 * take turns, BENCH_TEST_ROUNDS times, and each ratio compares two sites of the same round.
 */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { acme, make, unmake } from '../support/site-plan.ts';
import { bareCommands } from './bare-commands.ts';
import { noRealBench, openRealBench, path } from './real-bench.ts';

const rounds = Number(process.env['BENCH_TEST_ROUNDS'] ?? 1);

/** The milliseconds of each step. */
type Times = ReadonlyMap<string, number>;

for (const frappeAlone of [true, false]) {
  const title = `the seconds of a real site ${frappeAlone ? 'of Frappe alone' : 'with its apps'}`;
  test(title, { skip: noRealBench, timeout: rounds * 1_800_000 }, async (t) => {
    const untemplated = openRealBench(t);
    const templated = openRealBench(t, { templates: true });
    const apps = frappeAlone ? [] : await untemplated.host.offeredApps();
    const newPlan = () => ({ ...acme, apps, siteName: untemplated.newSiteName() });
    const timesOf = async ({ host }: typeof templated): Promise<Times> => {
      const plan = newPlan();
      const times = await make(host, plan);
      await unmake(host, plan);
      return times;
    };
    await rm(join(path, 'sites/.provisioning/templates'), { recursive: true, force: true });
    await timesOf(templated); // It leaves the template.

    const all: Record<'bare' | 'without' | 'with', Times[]> = { bare: [], without: [], with: [] };
    for (let round = 1; round <= rounds; round += 1) {
      all.bare.push(await bareCommands(path, newPlan()));
      all.without.push(await timesOf(untemplated));
      all.with.push(await timesOf(templated));
    }
    const cells = (cell: (times: readonly Times[]) => string) =>
      Object.values(all).map((times) => cell(times).padStart(22));
    t.diagnostic(['step'.padEnd(20), ...['bare', 'ours', 'from a template'].map((name) => name.padStart(22))].join(''));
    for (const step of all.without[0]?.keys() ?? []) {
      t.diagnostic([step.padEnd(20), ...cells((times) => spread(times.map((each) => each.get(step))))].join(''));
    }
    t.diagnostic(['all'.padEnd(20), ...cells((times) => spread(times.map(sum)))].join(''));
    const ratios = (ours: readonly Times[]) => ours.map((times, round) => sum(times) / sum(all.bare[round] ?? times));
    const ofAll = [ratios(all.without), ratios(all.with)] as const;
    t.diagnostic(`of the bare commands: ours ${spreadOf(ofAll[0])}, from a template ${spreadOf(ofAll[1])}`);
    // The machine's own noise is more than the second that the service may take.
    assert.ok(median(all.without.map(sum)) < median(all.bare.map(sum)) * 1.25 + 1_000);
    if (apps.includes('erpnext')) assert.ok(median(ofAll[1]) <= 0.35);
  });
}

const sum = (times: Times): number => [...times.values()].reduce((total, time) => total + time, 0);

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** In seconds; bare commands have fewer steps. */
function spread(milliseconds: readonly (number | undefined)[]): string {
  const known = milliseconds.filter((time) => time !== undefined);
  return known.length === 0 ? '–' : spreadOf(known.map((time) => time / 1_000));
}

const spreadOf = (values: readonly number[]): string =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
