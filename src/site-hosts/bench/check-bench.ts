import { AgentLost, openAgent } from './agent.ts';
import type { BenchConfig } from './bench-config.ts';
import { benchFailure } from './failures.ts';

/** What a bench says of itself. */
export interface BenchDescription {
  /** Frappe's version. */
  readonly version: string;
  readonly python: string;
  readonly apps: readonly string[];
}

const checkLimit = 30_000;
const knownVersions = /^1[456]\./;

/** Asks the bench whether it can make sites. Rejects with an Error that says in one line what is missing. */
export async function checkBench(config: BenchConfig): Promise<BenchDescription> {
  const where = [...config.exec, config.path].join(' ');
  const asked = openAgent(config).ask('describe', {}, { signal: AbortSignal.timeout(checkLimit) });
  const answer = await asked.catch((error: unknown) => {
    const said = error instanceof AgentLost ? error.lines.slice(-2).join(': ') : String(error);
    throw new Error(`BENCH_PATH: no Python of a bench answers at ${where}/env/bin/python (${said}).`);
  });
  if (!answer.value) {
    const { message } = benchFailure(answer, { reason: 'HOST_UNAVAILABLE', message: 'The bench does not work.' });
    throw new Error(`BENCH_PATH: ${message} ${answer.lines.at(-1) ?? ''}`.trimEnd());
  }
  const bench = answer.value as unknown as BenchDescription;
  if (!knownVersions.test(bench.version)) {
    throw new Error(`BENCH_PATH: Frappe ${bench.version} at ${where} is none of the versions 14 to 16.`);
  }
  return bench;
}
