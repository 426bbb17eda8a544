import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedStep } from '../company/company.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { AttemptRecord } from './attempt-record.ts';
import { SiteHostError, type SiteStep, type StepContext } from './site-host.ts';
import { stepProgress } from './step-progress.ts';

/** A step that was not finished: it failed, or work was stopped in it. Whatever else is thrown is about our own parts. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly index: number;
  readonly step: SiteStep;
  /** Why it was being tried again when it was stopped. */
  readonly passing: SiteHostError | undefined;

  constructor(index: number, step: SiteStep, cause: unknown, passing?: SiteHostError) {
    super(`The step ${step.name} failed.`, { cause });
    this.index = index;
    this.step = step;
    this.passing = passing;
  }
}

export interface StepsDeps {
  readonly record: AttemptRecord;
  /** Text that a host said, without the attempt's secrets. */
  readonly clean: (text: string) => string;
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Takes every step in order; the overall percent is the steps' weights done so far. */
export async function runSteps(steps: readonly SiteStep[], deps: StepsDeps): Promise<void> {
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
    let how: string | undefined;
    let passing: SiteHostError | undefined;
    const waitsFor = (what: string): void => {
      passing = what === '' ? undefined : new SiteHostError('HOST_UNAVAILABLE', what, { transient: true });
      const told = what === '' ? record.progress(step, percentAt(0)) : record.retrying(step, what, 0);
      // A stale token or an absent database shows at the step's end as well.
      told.catch(() => {});
    };
    const tell = (said: string): void => {
      how = said;
    };
    const onPassing = (error: SiteHostError): void => {
      passing = error;
    };
    try {
      await takeStep(
        step,
        recorded[index],
        { signal, progress: progress.report, waitsFor, tell },
        { ...deps, onPassing },
      );
    } catch (error) {
      metrics.stepEnded(step.name, signal.aborted ? 'stopped' : 'failed', seconds());
      throw new StepFailure(index, step, signal.aborted ? signal.reason : error, passing);
    } finally {
      await progress.close();
    }
    await record.step(index, step, 'DONE', percentAt(1), how);
    metrics.stepEnded(step.name, 'done', seconds());
    log.info({ step: step.name, milliseconds: Math.round(seconds() * 1_000) }, 'step done');
    done += step.weight;
  }
}

/** Between two tries of a step, in milliseconds, whatever the host asks for. */
const longestPause = 30_000;

/** Look, do, verify. What an earlier try left half-made is undone first; what fails in passing is tried again. */
async function takeStep(
  step: SiteStep,
  recorded: RecordedStep | undefined,
  context: StepContext,
  { record, clean, log, onPassing }: StepsDeps & { readonly onPassing: (error: SiteHostError) => void },
): Promise<void> {
  const { signal } = context;
  let wasInterrupted = recorded?.state === 'RUNNING' || recorded?.state === 'FAILED';
  let begunBefore = wasInterrupted || recorded?.state === 'DONE';
  for (let wait = 500; ; wait = Math.min(wait * 2, longestPause)) {
    try {
      if (await step.check(signal)) return;
      if (wasInterrupted) await record.retrying(step, 'It was interrupted.', 0);
      if (begunBefore) await step.undo(signal);
      [wasInterrupted, begunBefore] = [false, true];
      await step.run(context);
      return await step.verify(signal);
    } catch (error) {
      if (!(error instanceof SiteHostError && error.transient) || signal.aborted) throw error;
      onPassing(error);
      const again = Math.max(wait, Math.min(error.retryAfter ?? 0, longestPause));
      const detail = clean(error.detail ?? error.message);
      log.warn({ step: step.name, reason: error.reason, detail, againInMilliseconds: again }, 'step failed, retrying');
      await record.retrying(step, clean(error.message), again);
      await pause(again, undefined, { signal });
    }
  }
}
