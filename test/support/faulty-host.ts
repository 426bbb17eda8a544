import type { SiteHost, SiteStep, StepContext } from '../../src/provisioning/site-host.ts';

/** The part of a step that a fault strikes. */
export type Part = 'check' | 'run' | 'verify' | 'undo';

/** Where a fault strikes and how often: unless told otherwise in `run`, once. `times: Infinity` is always. */
export interface Where {
  readonly at?: Part;
  readonly times?: number;
}

/** Does something and says with which context the part goes on, or that it ends here without its effect; or throws. */
type Act = (context: StepContext, effect: (context: StepContext) => Promise<unknown>) => Promise<StepContext | 'lied'>;
interface Fault {
  readonly act: Act;
  left: number;
}

/**
 * What shall go wrong in the steps of a `faultyHost`. May be changed at any time, also while a step runs.
 * Faults of the same part are met in the order given: `pause` and `progress` go on to the next one and at last to the real effect,
 * the others end the part. A step with a fault waiting in `run` answers its `check` with false, so that the fault is met.
 */
export class Faults {
  readonly #waiting = new Map<string, Fault[]>();
  readonly #entered: string[] = [];
  readonly #signals = new Map<string, AbortSignal>();
  readonly #watchers = new Set<() => void>();

  /** Does nothing until its signal aborts, then throws the signal's reason. */
  hang(step: string, where: Where = {}): void {
    this.#add(step, where, async ({ signal }) => {
      await aborted(signal);
      throw signal.reason;
    });
  }

  /** Throws `error` before the effect. */
  fail(step: string, error: Error, where: Where = {}): void {
    this.#add(step, where, async () => {
      throw error;
    });
  }

  /** Makes the effect, then throws `error`. */
  stopHalfWay(step: string, error: Error, where: Where = {}): void {
    this.#add(step, where, async (context, effect) => {
      await effect(context);
      throw error;
    });
  }

  /** Says that all is well without the effect; a `check` says true. */
  lie(step: string, where: Where = {}): void {
    this.#add(step, where, async () => 'lied');
  }

  /**
   * Waits until the returned function is called or the signal aborts, then goes on. With `deaf` it does not hear its signal, and
   * has its effect when released whatever happened meanwhile: the work of a worker that lost its lease without noticing.
   */
  pause(step: string, { deaf = false, ...where }: Where & { readonly deaf?: boolean } = {}): () => void {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    this.#add(step, where, async (context) => {
      if (deaf) {
        await released;
        return { ...context, signal: new AbortController().signal };
      }
      await Promise.race([released, aborted(context.signal)]);
      context.signal.throwIfAborted();
      return context;
    });
    return release;
  }

  /** Reports these percents, one after the other, then goes on. */
  progress(step: string, percents: readonly number[], where: Where = {}): void {
    this.#add(step, where, async (context) => {
      for (const percent of percents) context.progress(percent);
      return context;
    });
  }

  /** Takes back every fault that was not met yet; what hangs or is paused stays so until its signal or its release. */
  clear(): void {
    this.#waiting.clear();
  }

  /** Resolves once this part (`run`) of the step was entered for the `nth` time ever; at once when it was already. */
  async reached(step: string, { at = 'run', nth = 1 }: { readonly at?: Part; readonly nth?: number } = {}) {
    while (this.count(step, at) < nth) {
      await new Promise<void>((resolve) => {
        this.#watchers.add(resolve);
      });
    }
  }

  /** How often this part (`run`) of the step was entered. */
  count(step: string, at: Part = 'run'): number {
    return this.#entered.filter((entry) => entry === key(step, at)).length;
  }

  /** The signal that the newest run of the step was given. */
  signalOf(step: string): AbortSignal | undefined {
    return this.#signals.get(step);
  }

  /** Every part entered so far, in order: `check create-site`, `run create-site`, … */
  get entered(): readonly string[] {
    return [...this.#entered];
  }

  /** For `faultyHost`: whether a fault waits for this part. */
  awaits(step: string, at: Part): boolean {
    return (this.#waiting.get(key(step, at)) ?? []).some(({ left }) => left > 0);
  }

  /** For `faultyHost`: goes through a part under its faults. `lied` is the answer of a part that lies. */
  async meet<T>(
    part: { readonly step: string; readonly at: Part; readonly lied: T },
    context: StepContext,
    effect: (context: StepContext) => Promise<T>,
  ): Promise<T> {
    const name = key(part.step, part.at);
    this.#entered.push(name);
    if (part.at === 'run') this.#signals.set(part.step, context.signal);
    for (const notify of this.#watchers) notify();
    this.#watchers.clear();
    // Looked up anew each time: a fault may be added while an earlier one pauses.
    const met = new Set<Fault>();
    const next = () => this.#waiting.get(name)?.find((fault) => fault.left > 0 && !met.has(fault));
    let goOn = context;
    for (let fault = next(); fault !== undefined; fault = next()) {
      met.add(fault);
      fault.left -= 1;
      const outcome = await fault.act(goOn, effect);
      if (outcome === 'lied') return part.lied;
      goOn = outcome;
    }
    return effect(goOn);
  }

  #add(step: string, { at = 'run', times = 1 }: Where, act: Act): void {
    const name = key(step, at);
    this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), { act, left: times }]);
  }
}

/** A site host that does what `inner` does, except where `faults` says otherwise. */
export function faultyHost(inner: SiteHost, faults: Faults): SiteHost {
  return {
    kind: inner.kind,
    offeredApps: () => inner.offeredApps(),
    steps: (plan) => inner.steps(plan).map((step) => faultyStep(step, faults)),
  };
}

function faultyStep(inner: SiteStep, faults: Faults): SiteStep {
  const step = inner.name;
  const quiet = (signal: AbortSignal): StepContext => ({ signal, progress() {} });
  return {
    ...inner,
    check: (signal) =>
      faults.meet({ step, at: 'check', lied: true }, quiet(signal), async (context) =>
        faults.awaits(step, 'run') ? false : inner.check(context.signal),
      ),
    run: (context) => faults.meet({ step, at: 'run', lied: undefined }, context, (going) => inner.run(going)),
    verify: (signal) =>
      faults.meet({ step, at: 'verify', lied: undefined }, quiet(signal), (context) => inner.verify(context.signal)),
    undo: (signal) =>
      faults.meet({ step, at: 'undo', lied: undefined }, quiet(signal), (context) => inner.undo(context.signal)),
  };
}

const key = (step: string, at: Part) => `${at} ${step}`;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
