import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Role } from '../../src/access/viewer.ts';
import { openStandInBench } from '../bench/stand-in-bench.ts';
import { openCluster, tokenOf } from '../support/processes.ts';
import { collectsOnSignal, productionSettings } from '../support/production.ts';

/** The service in production configuration, in processes of its own on real servers. */
export interface Target {
  readonly url: string;
  /** Resident memory of the API, in bytes. */
  memory(): number;
  /** What it holds once its garbage has been collected, in JavaScript's heap and outside it, in bytes. */
  heldMemory(): Promise<number>;
  /** Why the service is not well: a process that has ended, or what the API logged as an error of its own. */
  complaints(): string[];
  tokenOf(subject: string, ...roles: Role[]): Promise<string>;
  close(): Promise<void>;
}

export async function openTarget(): Promise<Target> {
  await using opened = new AsyncDisposableStack();
  const cluster = await openCluster();
  opened.defer(() => cluster.close());
  const bench = await openStandInBench({ after: (close) => opened.defer(async () => void (await close())) });
  const production = { ...productionSettings, BENCH_PATH: bench.path, BENCH_WEB_URL: bench.config.webUrl ?? '' };
  const api = await cluster.startApi({ ...production, ...collectsOnSignal });
  const worker = cluster.startWorker(production);
  const all = opened.move();
  return {
    url: `http://127.0.0.1:${api.port}/graphql`,
    memory: () => residentMemoryOf(api.pid),
    async heldMemory() {
      api.send('SIGUSR2');
      // The collection takes a tenth of a second.
      await pause(1_000);
      return memoryIn(await (await fetch(`http://127.0.0.1:${api.port}/metrics`)).text());
    },
    complaints: () => [
      ...[api, worker].filter(({ isRunning }) => !isRunning).map((program) => `a process ended: ${program.complaints}`),
      ...api.log.filter(({ level }) => level === errorLevel).map((line) => `the API logged ${JSON.stringify(line)}`),
    ],
    tokenOf,
    close: () => all.disposeAsync(),
  };
}

const memoryIn = (metrics: string): number =>
  ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes']
    .map((name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1]))
    .reduce((sum, bytes) => sum + bytes);

/** pino's number of `error`. */
const errorLevel = 50;

function residentMemoryOf(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}
