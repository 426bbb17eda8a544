import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SitePlan } from '../../src/provisioning/site-host.ts';
import type { BenchConfig } from '../../src/site-hosts/bench/bench-config.ts';

/** What a worker in a process of its own does (run-step.ts). */
export interface Task {
  readonly host: { readonly sandbox: string } | { readonly bench: BenchConfig };
  readonly plan: SitePlan;
  readonly step: string;
  /** Whether it stops in the middle of the step: when it first reports progress. */
  readonly sleeps: boolean;
}

export interface SleepingWorker {
  /** The step that it sleeps in. */
  readonly step: string;
  /** Resumes it. Resolves to how the step ends for it: `done`, the reason of an interruption, or an error. */
  wake(): Promise<string>;
}

/** A worker in a process of its own. It is killed after the test, if it still runs. */
export function startWorker(t: TestContext, task: Task): ChildProcess {
  const worker = fork(join(import.meta.dirname, 'run-step.ts'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  t.after(() => worker.kill('SIGKILL'));
  worker.send(task);
  return worker;
}

/** Resolves once a worker sleeps in the middle of the step. */
export async function sleepingWorker(t: TestContext, task: Omit<Task, 'sleeps'>): Promise<SleepingWorker> {
  const worker = startWorker(t, { ...task, sleeps: true });
  // A worker that ends without a word never slept.
  const first = await Promise.race([once(worker, 'message'), ...(worker.stdout ? [once(worker.stdout, 'data')] : [])]);
  if (String(first[0]) !== 'asleep\n') throw new Error(`It did not fall asleep in ${task.step}: ${first[0]}`);
  return {
    step: task.step,
    async wake() {
      const ended = once(worker, 'message');
      worker.kill('SIGCONT');
      return String((await ended)[0]);
    },
  };
}
