/**
 * What the service costs beside the least that Node and PostgreSQL can do, and beside the libraries that others would
 * take: each line lets several servers do the same work, in turn and on real servers.
 *
 *     npm run benchmark -- [--quick] [--only <line>]… [--watchers <n>] [--json <file>]
 *
 * Prints a table for each line and a summary in Markdown to standard output, and progress to standard error. The exit code says whether everything
 * was answered and every event arrived; no figure makes it fail.
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { noStandIn } from '../bench/stand-in-bench.ts';
import { serversMissing } from '../support/private-servers.ts';
import { cores, isPinned, pinToLoadCores } from './cores.ts';
import { fullExtent, type Line, quickExtent, type Result } from './lines.ts';
import { tableOf } from './report.ts';
import { company, createCompany, typename } from './requests.ts';
import { openService } from './service.ts';
import { start } from './starting.ts';
import { statements } from './statements.ts';
import { summaryOf } from './summary.ts';
import { distinctCompanies, oneCompany, oneWatcher } from './watching.ts';
import { pickUp } from './working.ts';

const lines: readonly Line[] = [
  oneCompany('sse'),
  oneCompany('websocket'),
  distinctCompanies,
  oneWatcher('sse'),
  oneWatcher('websocket'),
  typename,
  company,
  createCompany,
  pickUp,
  start,
  statements,
];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    watchers: { type: 'string' },
    json: { type: 'string' },
  },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

if (process.platform !== 'linux') throw new Error('The benchmark reads the figures of processes as Linux keeps them.');
if (serversMissing) throw new Error(`The benchmark ${serversMissing}.`);
if (noStandIn) throw new Error(`The benchmark needs a stand-in for a bench, and ${noStandIn}.`);
const unknown = values.only.filter((name) => !lines.some(({ key }) => key === name));
if (unknown.length > 0)
  throw new Error(`There is no line ${unknown.join(', ')}; there are: ${lines.map(({ key }) => key).join(', ')}.`);
await main();

async function main(): Promise<void> {
  const startedAt = performance.now();
  pinToLoadCores(process.pid);
  const extent = {
    ...(values.quick ? quickExtent : fullExtent),
    ...(values.watchers === undefined ? {} : { watchers: Number(values.watchers) }),
  };
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: cores.length,
    processor: cpus()[0]?.model ?? '',
    gigabytes: Math.round(totalmem() / 2 ** 30),
    isPinned,
  };
  print(
    `${machine.date}, Node ${machine.node}, ${machine.cores} cores of ${machine.processor}, ${machine.gigabytes} GB; ` +
      `${isPinned ? 'the server on one core, everything else on the others' : 'servers and load share the cores'}${values.quick ? '; a quick run' : ''}\n`,
  );
  const service = await openService();
  const results: (Result & { key: string })[] = [];
  try {
    for (const { key, measure } of lines.filter(isChosen)) {
      const lineStartedAt = performance.now();
      await service.clear();
      const result = await measure({ service, extent });
      results.push({ key, ...result });
      print(tableOf(result));
      progress(`${key}: ${secondsSince(lineStartedAt)} s`);
    }
  } finally {
    await service.close();
  }
  print(summaryOf(results));
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ ...machine, extent, lines: results }, undefined, 2)}\n`);
  progress(`all: ${secondsSince(startedAt)} s`);
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 1_000);
}

function isChosen({ key }: Line): boolean {
  return values.only.length === 0 || values.only.includes(key);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
