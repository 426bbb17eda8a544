import { AgentLost, openAgent, UnexpectedReply } from './agent.ts';
import type { BenchConfig } from './bench-config.ts';
import { benchFailure } from './failure-signs.ts';
import { type BenchDescription, describe } from './protocol.ts';

const checkLimit = 30_000;
const knownVersions = /^1[456]\./;

/** Checks that the bench can make sites. Rejects with an Error that says in one line what is missing. */
export async function checkBench(config: BenchConfig): Promise<BenchDescription> {
  const where = [...config.exec, config.path].join(' ');
  const asked = openAgent(config).ask(describe, {}, { signal: AbortSignal.timeout(checkLimit) });
  const reply = await asked.catch((error: unknown) => {
    if (error instanceof UnexpectedReply) throw new Error(`BENCH_PATH: ${error.lines.slice(-2).join(' ')}`);
    const said = error instanceof AgentLost ? error.lines.slice(-2).join(': ') : String(error);
    throw new Error(`BENCH_PATH: no Python of a bench answers at ${where}/env/bin/python (${said}).`);
  });
  if (!reply.value) {
    const { message } = benchFailure(reply, { reason: 'HOST_UNAVAILABLE', message: 'The bench does not work.' });
    throw new Error(`BENCH_PATH: ${message} ${reply.lines.at(-1) ?? ''}`.trimEnd());
  }
  const bench = reply.value;
  if (!knownVersions.test(bench.version)) {
    throw new Error(`BENCH_PATH: Frappe ${bench.version} at ${where} is not one of the versions 14 to 16.`);
  }
  return bench;
}
