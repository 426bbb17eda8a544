import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedStep } from '../company/company.ts';
import type { Attempt } from './attempt.ts';
import { SiteHostError, type SiteStep, type StepContext } from './site-host.ts';
import { stepProgress } from './step-progress.ts';

/** A step that was not completed: it failed, or it was interrupted. Anything else that is thrown is about our own parts. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly index: number;
  readonly step: SiteStep;
  /** The transient failure for which it was being retried. */
  readonly retriedFor: SiteHostError | undefined;

  constructor(index: number, step: SiteStep, cause: unknown, retriedFor?: SiteHostError) {
    super(`The step ${step.name} failed.`, { cause });
    this.index = index;
    this.step = step;
    this.retriedFor = retriedFor;
  }
}

/** Runs every step of the attempt in order; the overall percentage is the weight of the completed steps. */
export async function runSteps(attempt: Attempt): Promise<void> {
  const { steps, record, signals, printed, metrics, log } = attempt;
  const signal = signals.work;
  const recorded = await record.plan(steps);
  const total = steps.reduce((sum, step) => sum + step.weight, 0);
  let completed = 0;
  for (const [index, step] of steps.entries()) {
    const percentAt = (part: number): number =>
      Math.min(99, Math.floor((100 * (completed + step.weight * part)) / total));
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1_000;
    signal.throwIfAborted();
    await record.stepStarted(index, step, percentAt(0));
    const progress = stepProgress((percent) => record.stepProgressed(step, percentAt(percent / 100)));
    let how: string | undefined;
    let retriedFor: SiteHostError | undefined;
    const context: StepContext = {
      signal,
      progress: progress.report,
      waitsFor(what) {
        retriedFor = what === '' ? undefined : new SiteHostError('HOST_UNAVAILABLE', what, { transient: true });
        const written = what === '' ? record.stepProgressed(step, percentAt(0)) : record.stepRetrying(step, what, 0);
        // A stale token or an unavailable database shows at the step's end as well.
        written.catch(() => {});
      },
      print(line, secrets = []) {
        printed.print(step.name, line, secrets);
      },
      completedHow(said) {
        how = said;
      },
    };
    try {
      await runStep(attempt, step, recorded[index], context, (error) => {
        retriedFor = error;
      });
    } catch (error) {
      metrics.stepEnded(step.name, signal.aborted ? 'stopped' : 'failed', seconds());
      throw new StepFailure(index, step, signal.aborted ? signal.reason : error, retriedFor);
    } finally {
      await progress.close();
    }
    await record.stepCompleted(index, step, percentAt(1), how);
    metrics.stepEnded(step.name, 'done', seconds());
    log.info({ step: step.name, milliseconds: Math.round(seconds() * 1_000) }, 'step completed');
    completed += step.weight;
  }
}

/** The longest pause before a step is retried, in milliseconds, whatever the host asks for. */
const longestPause = 30_000;

/** Check, run, verify. What an earlier run left behind is undone first; transient failures are retried. */
async function runStep(
  { record, scrub, log }: Attempt,
  step: SiteStep,
  recorded: RecordedStep | undefined,
  context: StepContext,
  onRetry: (error: SiteHostError) => void,
): Promise<void> {
  const { signal } = context;
  let wasInterrupted = recorded?.state === 'RUNNING' || recorded?.state === 'FAILED';
  let begunBefore = wasInterrupted || recorded?.state === 'DONE';
  for (let wait = 500; ; wait = Math.min(wait * 2, longestPause)) {
    try {
      if (await step.check(signal)) return;
      if (wasInterrupted) await record.stepRetrying(step, 'It was interrupted.', 0);
      if (begunBefore) await step.undo(signal);
      [wasInterrupted, begunBefore] = [false, true];
      await step.run(context);
      return await step.verify(signal);
    } catch (error) {
      if (!(error instanceof SiteHostError && error.transient) || signal.aborted) throw error;
      onRetry(error);
      const again = Math.max(wait, Math.min(error.retryAfter ?? 0, longestPause));
      const detail = scrub(error.detail ?? error.message);
      log.warn({ step: step.name, reason: error.reason, detail, againInMilliseconds: again }, 'step failed, retrying');
      await record.stepRetrying(step, scrub(error.message), again);
      await pause(again, undefined, { signal });
    }
  }
}
