/** A worker's stand-in, to be killed or stalled: runs the step that its one message names (sleeping-worker.ts). */
import { writeSync } from 'node:fs';
import { Interruption } from '../../src/provisioning/interruption.ts';
import { SiteHostError, type SiteStep } from '../../src/provisioning/site-host.ts';
import { openBenchHost } from '../../src/site-hosts/bench/bench-host.ts';
import { openSandboxHost } from '../../src/site-hosts/sandbox/sandbox-host.ts';
import { ever, siteUrl, stepOf } from './site-plan.ts';
import type { Task } from './sleeping-worker.ts';

process.once('message', async ({ host, plan, step, sleeps }: Task) => {
  const opened = 'sandbox' in host ? openSandboxHost({ directory: host.sandbox }) : openBenchHost(host.bench, siteUrl);
  process.send?.(await take(stepOf(opened, plan, step), sleeps ? fallAsleep : () => {}));
  process.disconnect();
});

let slept = false;

/** Stops this process (SIGSTOP), while what it started continues, until it is resumed. */
function fallAsleep(): void {
  if (slept) return;
  slept = true;
  writeSync(1, 'asleep\n');
  process.kill(process.pid, 'SIGSTOP');
}

/** Checks and runs the step, and retries transient failures. Resolves to how it ended. */
async function take(step: SiteStep, progress: () => void): Promise<string> {
  for (;;) {
    try {
      if (!(await step.check(ever))) await step.run({ signal: ever, progress });
      return 'done';
    } catch (error) {
      if (error instanceof Interruption) return error.reason;
      if (!(error instanceof SiteHostError && error.transient)) return String(error);
    }
  }
}
