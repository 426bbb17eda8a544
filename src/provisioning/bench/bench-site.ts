import { createHash } from 'node:crypto';
import { parseSiteName } from '../../company/site-name.ts';
import { scrub } from '../scrub.ts';
import { SiteHostError, type SitePlan } from '../site-host.ts';
import { Stop } from '../stop.ts';
import { type Agent, AgentLost } from './agent.ts';
import type { BenchConfig } from './bench-config.ts';
import { benchFailure, type Ending } from './failures.ts';

/** One planned site on a bench, as the steps see it. */
export interface BenchSite {
  readonly plan: SitePlan;
  readonly webUrl: string | undefined;
  readonly timeZone: string | undefined;
  /** The name of the site's database and of its user: ours, so that it is known before the site is. */
  readonly database: string;
  /** Asks for something about the site. Rejects with a SiteHostError, with the signal's reason, or with a Stop when a newer claim has asked. */
  ask(action: string, args: object, options: AskOptions): Promise<Readonly<Record<string, unknown>>>;
  /** Whether the step came to its end on a site that is ours and is there. */
  isFinished(step: string, signal: AbortSignal): Promise<boolean>;
  /** Forgets that the step came to its end. */
  forget(step: string, signal: AbortSignal): Promise<void>;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
  /** What a failure that has no name of its own means. */
  readonly otherwise?: Ending;
}

const unnamed: Ending = { reason: 'HOST_UNAVAILABLE', message: 'The bench did not do what it was asked.' };

export function benchSite(agent: Agent, config: BenchConfig, plan: SitePlan): BenchSite {
  const site = { site: plan.siteName, company: plan.companyId, fencingToken: plan.fencingToken };
  const known = [plan.adminPassword, config.database.adminPassword].filter((secret) => secret !== undefined);
  const clean = (lines: readonly string[], secrets: readonly string[]): string[] =>
    lines.map((line) => [...known, ...secrets].reduce(scrub, line));

  const ask: BenchSite['ask'] = async (action, args, { signal, onLine, otherwise = unnamed }) => {
    signal.throwIfAborted();
    // Frappe itself takes any name, "../evil" as well.
    if (parseSiteName(plan.siteName) !== plan.siteName) throw siteNameTaken(plan);
    try {
      const answer = await agent.ask(action, { ...site, ...args }, { signal, ...(onLine ? { onLine } : {}) });
      const { value } = answer;
      if (value?.['site'] === 'lost') throw new Stop('lease-lost');
      if (value?.['site'] === 'busy') throw siteBusy();
      if (value?.['site'] === 'taken') throw siteNameTaken(plan);
      const code = value ? Number(value['code'] ?? 0) : 1;
      if (!value || code !== 0) {
        throw benchFailure({ ...answer, code, lines: clean(answer.lines, answer.secrets) }, otherwise);
      }
      return value;
    } catch (error) {
      if (!(error instanceof AgentLost)) throw error;
      throw new SiteHostError('HOST_UNAVAILABLE', 'The bench cannot be reached.', {
        transient: true,
        detail: clean(error.lines, error.secrets).join('\n'),
      });
    }
  };

  return {
    plan,
    webUrl: config.webUrl,
    timeZone: config.timeZone,
    database: databaseName(plan),
    ask,
    isFinished: async (step, signal) => (await ask('look', { step }, { signal }))['finished'] === true,
    async forget(step, signal) {
      await ask('forget_step', { step }, { signal });
    },
  };
}

/** Up to 32 characters, the most that MySQL takes for a user; the digest tells apart what two services on one server call the same. */
const databaseName = ({ companyId, siteName }: SitePlan): string => {
  const digest = createHash('sha256').update(siteName).digest('hex').slice(0, 8);
  return `${companyId.toLowerCase().replaceAll('-', '_')}_${digest}`;
};

const siteNameTaken = ({ siteName }: SitePlan): SiteHostError =>
  new SiteHostError('SITE_NAME_TAKEN', `The name ${siteName} is not available; ask for another domain.`);

const siteBusy = (): SiteHostError =>
  new SiteHostError('HOST_UNAVAILABLE', 'The bench has not ended what it did on this site before.', {
    transient: true,
  });
