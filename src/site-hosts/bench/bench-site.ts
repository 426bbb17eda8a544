import { createHash } from 'node:crypto';
import { countryFor } from '../../company/countries.ts';
import { parseSiteName } from '../../company/site-name.ts';
import { Interruption } from '../../provisioning/interruption.ts';
import { SiteHostError, type SitePlan, type StepContext } from '../../provisioning/site-host.ts';
import { scrub } from '../../secrets/scrub.ts';
import { type Agent, AgentLost } from './agent.ts';
import type { BenchConfig } from './bench-config.ts';
import { benchFailure, type Ending, endOf } from './failures.ts';

/** One planned site on a bench, as the steps see it. */
export interface BenchSite {
  readonly plan: SitePlan;
  readonly webUrl: string | undefined;
  /**
   * Where people reach the site, without a path, since Frappe serves it at the root of its host. Undefined for a name
   * that no URL can hold; `ask` refuses it.
   */
  readonly address: string | undefined;
  /** Of the site: as asked for, or as the bench is configured, or that of the country's capital. */
  readonly timeZone: string;
  /** The name of the site's database and of its user: ours, so that it is known before the site is. */
  readonly database: string;
  /** Asks for something about the site. Rejects with a SiteHostError, with the signal's reason, or with a Interruption when a newer claim has asked. */
  ask(action: string, args: object, options: AskOptions): Promise<Readonly<Record<string, unknown>>>;
  /** Whether the step came to its end on a site that is ours and is there. */
  isFinished(step: string, signal: AbortSignal): Promise<boolean>;
  /** Throws a SiteHostError with the message when it did not, and with what the bench printed before. */
  expectFinished(step: string, message: string, signal: AbortSignal): Promise<void>;
  /** Forgets that the step came to its end. */
  forget(step: string, signal: AbortSignal): Promise<void>;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
  readonly waitsFor?: StepContext['waitsFor'];
  /** What a failure that has no name of its own means. */
  readonly otherwise?: Ending;
}

const unnamed: Ending = { reason: 'HOST_UNAVAILABLE', message: 'The bench did not do what it was asked.' };

export function benchSite(
  agent: Agent,
  config: BenchConfig,
  siteUrl: (siteName: string) => string,
  plan: SitePlan,
): BenchSite {
  const site = {
    site: plan.siteName,
    company: plan.owner,
    fencingToken: plan.fencingToken,
    adoptSince: plan.adoptSince === undefined ? null : plan.adoptSince.getTime() / 1_000,
  };
  const known = [plan.adminPassword, config.database.adminPassword].filter((secret) => secret !== undefined);
  const clean = (lines: readonly string[], secrets: readonly string[]): string[] =>
    lines.map((line) => scrub(line, ...known, ...secrets));

  let printed: readonly string[] = [];

  const ask: BenchSite['ask'] = async (action, args, { signal, onLine, waitsFor, otherwise = unnamed }) => {
    signal.throwIfAborted();
    // Frappe itself takes any name, "../evil" as well.
    if (parseSiteName(plan.siteName) !== plan.siteName) throw siteNameTaken(plan);
    try {
      const onUnavailable = (what: readonly string[]): void => waitsFor?.(what.join(' '));
      const answer = await agent.ask(action, { ...site, ...args }, { signal, onLine, onUnavailable });
      const { value } = answer;
      const lines = clean(answer.lines, answer.secrets);
      if (lines.length > 0) printed = lines;
      if (value?.['site'] === 'lost') throw new Interruption('lease-lost');
      if (value?.['site'] === 'busy') throw siteBusy();
      if (value?.['site'] === 'taken') throw siteNameTaken(plan);
      const code = value ? Number(value['code'] ?? 0) : 1;
      if (!value || code !== 0) {
        throw benchFailure({ ...answer, code, lines }, otherwise);
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

  const isFinished: BenchSite['isFinished'] = async (step, signal) =>
    (await ask('look', { step }, { signal }))['finished'] === true;

  return {
    plan,
    webUrl: config.webUrl,
    address: URL.parse(siteUrl(plan.siteName))?.origin,
    timeZone: plan.timeZone ?? config.timeZone ?? countryFor(plan.country)?.timeZone ?? 'UTC',
    database: databaseName(plan),
    ask,
    isFinished,
    async expectFinished(step, message, signal) {
      if (await isFinished(step, signal)) return;
      throw new SiteHostError('VERIFICATION_FAILED', message, { detail: endOf(printed) });
    },
    async forget(step, signal) {
      await ask('forget_step', { step }, { signal });
    },
  };
}

/** The most that MySQL takes for a user's name. */
const longestDatabaseName = 32;

/** `comp_2026_00001_` for people, and 16 digits, fewer behind a longer number, that no other row's site has on the same server. */
const databaseName = ({ companyId, owner, siteName }: SitePlan): string => {
  const digest = createHash('sha256').update(`${owner} ${siteName}`).digest('hex');
  return `${companyId.toLowerCase().replaceAll('-', '_')}_${digest}`.slice(0, longestDatabaseName);
};

const siteNameTaken = ({ siteName }: SitePlan): SiteHostError =>
  new SiteHostError('SITE_NAME_TAKEN', `The name ${siteName} is not available; ask for another domain.`);

const siteBusy = (): SiteHostError =>
  new SiteHostError('HOST_UNAVAILABLE', 'The bench has not ended what it did on this site before.', {
    transient: true,
  });
