import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../faults/report.ts';
import { ask } from '../support/ask.ts';
import type { Target } from './target.ts';

/** How somebody fared who did nothing but ask a small question again and again. */
export interface Experience {
  readonly asked: number;
  readonly errors: readonly string[];
  /** Of the answers, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const interval = 40;
const patience = 10_000;
const question = JSON.stringify({ query: '{ companies(first: 1) { edges { node { id status } } } }' });

/** Asks every 40 ms, whether or not the answer before has come, until `over` aborts. */
export async function standBy(target: Target, over: AbortSignal): Promise<Experience> {
  const authorization = `Bearer ${await target.tokenOf('bystander', 'customer')}`;
  const milliseconds: number[] = [];
  const errors: string[] = [];
  const askOnce = async (): Promise<void> => {
    const askedAt = performance.now();
    const { status, text } = await ask(target.url, {
      headers: { authorization },
      body: question,
      signal: AbortSignal.timeout(patience),
    });
    milliseconds.push(performance.now() - askedAt);
    if (status !== 200 || !text.startsWith('{"data":')) errors.push(`${status} ${text.slice(0, 200)}`);
  };
  const asking: Promise<void>[] = [];
  while (!over.aborted) {
    asking.push(askOnce().catch((error: Error) => void errors.push(error.message)));
    await pause(interval);
  }
  await Promise.all(asking);
  milliseconds.sort((one, other) => one - other);
  return {
    asked: asking.length,
    errors,
    p50: percentile(milliseconds, 0.5),
    p99: percentile(milliseconds, 0.99),
  };
}
