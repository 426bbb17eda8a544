import type { SiteHost, StepContext } from '../../src/provisioning/site-host.ts';
import { memoryHost } from './company-store.ts';

type Print = (context: Required<Pick<StepContext, 'print' | 'signal'>>) => Promise<void>;

/** A site host in memory whose one step prints, for each site, what a test says; by default nothing. */
export function printingHost(): SiteHost & { printAt(siteName: string, print: Print): void } {
  const prints = new Map<string, Print>();
  return {
    kind: 'bench',
    offeredApps: async () => ['erpnext'],
    printAt: (siteName, print) => void prints.set(siteName, print),
    steps: (plan) =>
      memoryHost(['print'])
        .steps(plan)
        .map((step) => ({
          ...step,
          check: async () => false,
          async run(context) {
            await prints.get(plan.siteName)?.({ signal: context.signal, print: context.print ?? (() => {}) });
            await step.run(context);
          },
        })),
  };
}
