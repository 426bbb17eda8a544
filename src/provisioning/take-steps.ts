import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedStep } from '../company/company.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { AttemptRecord } from './attempt-record.ts';
import { SiteHostError, type SiteStep, type StepContext } from './site-host.ts';
import { stepProgress } from './step-progress.ts';

/** A step that was not finished: it failed, or work was stopped in it. Whatever else is thrown is about our own parts. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly index: number;
  readonly step: SiteStep;

  constructor(index: number, step: SiteStep, cause: unknown) {
    super(`The step ${step.name} failed.`, { cause });
    this.index = index;
    this.step = step;
  }
}

export interface StepsDeps {
  readonly record: AttemptRecord;
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Takes every step in order; the overall percent is the steps' weights done so far. */
export async function takeSteps(steps: readonly SiteStep[], deps: StepsDeps): Promise<void> {
  const { record, signal, metrics, log } = deps;
  const recorded = await record.plan(steps);
  const whole = steps.reduce((sum, step) => sum + step.weight, 0);
  let done = 0;
  for (const [index, step] of steps.entries()) {
    const percentAt = (part: number): number => Math.min(99, Math.floor((100 * (done + step.weight * part)) / whole));
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1_000;
    signal.throwIfAborted();
    await record.step(index, step, 'RUNNING', percentAt(0));
    const progress = stepProgress((percent) => record.progress(step, percentAt(percent / 100)));
    try {
      await takeStep(step, recorded[index], { signal, progress: progress.report }, log);
    } catch (error) {
      metrics.stepEnded(step.name, signal.aborted ? 'stopped' : 'failed', seconds());
      throw new StepFailure(index, step, signal.aborted ? signal.reason : error);
    } finally {
      await progress.close();
    }
    await record.step(index, step, 'DONE', percentAt(1));
    metrics.stepEnded(step.name, 'done', seconds());
    log.info({ step: step.name, milliseconds: Math.round(seconds() * 1_000) }, 'step done');
    done += step.weight;
  }
}

/** Look, do, verify. What an earlier try left half-made is undone first; what fails in passing is tried again. */
async function takeStep(
  step: SiteStep,
  recorded: RecordedStep | undefined,
  context: StepContext,
  log: Log,
): Promise<void> {
  const { signal } = context;
  let begunBefore = recorded !== undefined && recorded.state !== 'WAITING';
  for (let wait = 500; ; wait = Math.min(wait * 2, 30_000)) {
    try {
      if (await step.check(signal)) return;
      if (begunBefore) await step.undo(signal);
      begunBefore = true;
      await step.run(context);
      return await step.verify(signal);
    } catch (error) {
      if (!(error instanceof SiteHostError && error.transient) || signal.aborted) throw error;
      log.warn({ step: step.name, reason: error.reason, againInMilliseconds: wait }, 'step failed in passing');
      await pause(wait, undefined, { signal });
    }
  }
}
