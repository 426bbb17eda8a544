/**
 * What an attacker gets: nothing, and nobody else waits for it. Real processes in production configuration are fuzzed,
 * and then attacked in every way (attacks.ts) while a bystander asks a small question every 40 ms.
 *
 *     node test/abuse/main.ts [--short] [--seed <n>] [--only <attack>]
 *
 * Prints a table. Fails when a process ends, when an answer is our fault or quotes what was sent, and when the bystander
 * meets an error; at full length also when the goals below are missed.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serversMissing } from '../support/private-servers.ts';
import { startProgram } from '../support/processes.ts';
import { attacks } from './attacks.ts';
import { type Experience, standBy } from './bystander.ts';
import { fuzz } from './fuzz.ts';
import { openTarget, type Target } from './target.ts';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});

/** Seconds of an attack and of the rest after it, and messages of the fuzzer. */
const lengths = values.short ? { attack: 4, rest: 1, messages: 5_000 } : { attack: 20, rest: 60, messages: 100_000 };
/** The bystander's p99 in milliseconds, and the memory that is held after the rest beside that before. */
const goals = { p99: 250, memory: 1.1 };

interface Outcome extends Experience {
  readonly attack: string;
  /**
   * In megabytes: what is resident at most and after the rest, and what is held, before the attack and after the rest. Node's
   * allocator keeps pages that nothing holds any more: resident memory settles at a plateau, however long an attack takes.
   */
  readonly memory: {
    readonly most: number;
    readonly after: number;
    readonly heldBefore: number;
    readonly held: number;
  };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

if (serversMissing) throw new Error(`The abuse suite ${serversMissing}.`);
process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const target = await openTarget();
  try {
    const isFuzzed = values.only !== undefined || (await fuzzed(target));
    say(row(['attack', 'asked', 'errors', 'p50 ms', 'p99 ms', 'MB most', 'after', 'held', 'before']));
    const chosen = Object.keys(attacks).filter((attack) => values.only === undefined || attack === values.only);
    const outcomes: Outcome[] = [];
    // The first one shows what the bystander meets, and what is remembered, without an attack.
    for (const attack of [undefined, ...chosen]) {
      const outcome = await undergo(target, attack);
      outcomes.push(outcome);
      say(lineOf(outcome));
    }
    const complaints = target.complaints();
    for (const complaint of complaints) say(complaint);
    const missed = outcomes.filter(missesGoals);
    if (missed.length > 0) say(`goals missed: ${missed.map(({ attack }) => attack).join(', ')}`);
    const isUnharmed = isFuzzed && complaints.length === 0 && outcomes.every(({ errors }) => errors.length === 0);
    return isUnharmed && (values.short || missed.length === 0);
  } finally {
    await target.close();
  }
}

async function fuzzed(target: Target): Promise<boolean> {
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  say(`fuzzing with --seed ${seed}`);
  const { messages, slowest, fault } = await fuzz(target, lengths.messages, seed);
  say(
    fault ??
      `${messages} messages: no crash, nothing internal, nothing quoted; the slowest took ${Math.round(slowest)} ms\n`,
  );
  return fault === undefined;
}

async function undergo(target: Target, attack: string | undefined): Promise<Outcome> {
  const megabytes = (): number => Math.round(target.memory() / 2 ** 20);
  const held = async (): Promise<number> => Math.round((await target.heldMemory()) / 2 ** 20);
  const heldBefore = await held();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, megabytes());
  }, 100);
  const over = new AbortController();
  const standingBy = standBy(target, over.signal);
  const attacker =
    attack === undefined
      ? undefined
      : startProgram('test/abuse/attacker.ts', {
          ATTACK: attack,
          VICTIM_URL: target.url,
          VICTIM_TOKEN: await target.tokenOf(`mallory of ${attack}`, 'customer'),
        });
  await pause(lengths.attack * 1_000);
  await attacker?.end('SIGKILL');
  over.abort();
  const experience = await standingBy;
  await pause(lengths.rest * 1_000);
  clearInterval(watch);
  const after = megabytes();
  return { attack: attack ?? '(none)', ...experience, memory: { most, after, held: await held(), heldBefore } };
}

function missesGoals({ p99, memory }: Outcome): boolean {
  return p99 > goals.p99 || memory.held > memory.heldBefore * goals.memory;
}

function lineOf({ attack, asked, errors, p50, p99, memory }: Outcome): string {
  const figures = [
    asked,
    errors.length,
    p50.toFixed(1),
    p99.toFixed(1),
    memory.most,
    memory.after,
    memory.held,
    memory.heldBefore,
  ];
  const kinds = [...new Set(errors)].slice(0, 3).map((error) => `\n  ${error}`);
  return row([attack, ...figures]) + kinds.join('');
}

function row([name, ...figures]: readonly (string | number)[]): string {
  return `${name}`.padEnd(36) + figures.map((figure) => `${figure}`.padStart(10)).join('');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
