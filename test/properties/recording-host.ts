import type { CompanyId } from '../../src/company/company-id.ts';
import { type SiteHost, SiteHostError, type SitePlan, type SiteStep } from '../../src/provisioning/site-host.ts';

export const stepManners = ['works', 'fails', 'fails half-way'] as const;
export type StepManner = (typeof stepManners)[number];

/** What stands of a company's site, and what must never have happened to it. */
export interface History {
  readonly made: ReadonlyMap<CompanyId, ReadonlyMap<string, 'whole' | 'half'>>;
  readonly violations: readonly string[];
}

/** The steps that make something; the preflight before them makes nothing. */
export const makingSteps = ['create-site', 'set-up'] as const;

/**
 * A site host in memory that keeps a history. Each part of a step takes a turn, so that others come in between. Like the
 * real hosts it refuses callers with a lower fencing token than an earlier one.
 */
export function recordingHost(
  turn: (what: string) => Promise<void>,
  mode: () => StepManner,
): { readonly host: SiteHost; readonly history: History } {
  const made = new Map<CompanyId, Map<string, 'whole' | 'half'>>();
  const tokens = new Map<CompanyId, number>();
  const violations: string[] = [];

  const stepOf = (plan: SitePlan, name: string): SiteStep => {
    const { companyId, fencingToken } = plan;
    const site = made.get(companyId) ?? new Map<string, 'whole' | 'half'>();
    made.set(companyId, site);
    const enter = async (part: string, signal: AbortSignal): Promise<void> => {
      await turn(`${companyId} ${part} ${name} by token ${fencingToken}`);
      signal.throwIfAborted();
      const newest = tokens.get(companyId) ?? 0;
      if (fencingToken < newest) throw new SiteHostError('HOST_UNAVAILABLE', 'Another worker has this company.');
      tokens.set(companyId, fencingToken);
    };
    return {
      name,
      title: `Making ${name}`,
      completed: `${name} made`,
      weight: 1,
      async check(signal) {
        await enter('check', signal);
        return site.get(name) === 'whole';
      },
      async run({ signal }) {
        await enter('run', signal);
        if (name === 'preflight') return;
        const how = mode();
        if (how === 'fails') throw new SiteHostError('SET_UP_FAILED', `${name} did not work.`);
        const before = site.get(name);
        if (before) violations.push(`${companyId}: ${name} is made upon what is ${before}`);
        site.set(name, how === 'works' ? 'whole' : 'half');
        if (how !== 'works') throw new SiteHostError('SET_UP_FAILED', `${name} stopped half-way.`);
      },
      async verify(signal) {
        await enter('verify', signal);
      },
      async undo(signal) {
        await enter('undo', signal);
        site.delete(name);
      },
    };
  };

  const planned = new Set<string>();
  return {
    history: { made, violations },
    host: {
      kind: 'bench',
      offeredApps: async () => ['erpnext'],
      steps(plan) {
        const claim = `${plan.companyId} by token ${plan.fencingToken}`;
        if (planned.has(claim)) violations.push(`${claim} is worked on twice`);
        planned.add(claim);
        return ['preflight', ...makingSteps].map((name) => stepOf(plan, name));
      },
    },
  };
}
