import { createHash } from 'node:crypto';
import { isSiteName } from '../../company/site-name.ts';
import { timeZoneOf } from '../../company/time-zone.ts';
import { Interruption } from '../../provisioning/interruption.ts';
import { SiteHostError, type SitePlan, type StepContext } from '../../provisioning/site-host.ts';
import { scrub } from '../../secrets/scrub.ts';
import { type Agent, AgentLost, UnexpectedReply } from './agent.ts';
import type { BenchConfig } from './bench-config.ts';
import { isPassingBar } from './bench-progress.ts';
import { benchFailure, endOf, type FailureMeaning } from './failure-signs.ts';
import { forgetStep, look, type SiteAction, type SiteClaim } from './protocol.ts';

/** One planned site on a bench, as the steps see it. */
export interface BenchSite {
  readonly plan: SitePlan;
  readonly webUrl: string | undefined;
  /**
   * Where people reach the site, without a path, since Frappe serves it at the root of its host. Empty for a name that
   * no URL can hold; `ask` refuses it.
   */
  readonly address: string;
  /** Of the site: as requested, or as the bench is configured, or that of the country's capital. */
  readonly timeZone: string;
  /** The name of the site's database and of its user: chosen here, so that it is known before the site exists. */
  readonly database: string;
  /** Carries out an action on the site. Rejects with a SiteHostError, with the signal's reason, or with an Interruption when a newer claim exists. */
  ask<Arguments, Reply>(action: SiteAction<Arguments, Reply>, args: Arguments, options: SiteAskOptions): Promise<Reply>;
  /** Whether the step came to its end on a site that exists and is this company's. */
  isFinished(step: string, signal: AbortSignal): Promise<boolean>;
  /** Throws a SiteHostError with the message, and with what the bench printed before, when it did not. */
  expectFinished(step: string, message: string, signal: AbortSignal): Promise<void>;
  /** Forgets that the step came to its end. */
  forget(step: string, signal: AbortSignal): Promise<void>;
}

export interface SiteAskOptions {
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
  readonly waitsFor?: StepContext['waitsFor'];
  readonly print?: StepContext['print'];
  /** The action makes a secret that is known at its end: then its last lines are printed. */
  readonly makesSecret?: true;
  /** What a failure means that no sign is known of. */
  readonly otherwise?: FailureMeaning;
}

const unnamed: FailureMeaning = { reason: 'HOST_UNAVAILABLE', message: 'The bench could not carry out a request.' };

export function benchSite(
  agent: Agent,
  config: BenchConfig,
  siteUrl: (siteName: string) => string,
  plan: SitePlan,
): BenchSite {
  const claim: SiteClaim = {
    site: plan.siteName,
    company: plan.owner,
    fencingToken: plan.fencingToken,
    adoptSince: plan.adoptSince === undefined ? null : plan.adoptSince.getTime() / 1_000,
  };
  const known = [plan.adminPassword, config.database.adminPassword].filter((secret) => secret !== undefined);
  const clean = (lines: readonly string[], secrets: readonly string[]): string[] =>
    lines.map((line) => scrub(line, ...known, ...secrets));

  let printed: readonly string[] = [];

  const ask: BenchSite['ask'] = async (action, args, options) => {
    const { signal, onLine, waitsFor, print, makesSecret, otherwise = unnamed } = options;
    signal.throwIfAborted();
    // Frappe itself takes any name, "../evil" as well.
    if (!isSiteName(plan.siteName)) throw siteNameTaken(plan);
    const printLine = (line: string, secrets: readonly string[]): void => {
      if (!isPassingBar(line)) print?.(line, [...known, ...secrets]);
    };
    const printAtEnd = (lines: readonly string[], secrets: readonly string[]): void => {
      if (makesSecret) for (const line of lines) printLine(line, secrets);
    };
    try {
      const onUnavailable = (what: readonly string[]): void => waitsFor?.(what.join(' '));
      const onPrinted = (line: string, secrets: readonly string[]): void => {
        onLine?.(line);
        if (!makesSecret) printLine(line, secrets);
      };
      const reply = await agent.ask(action, args, { claim, signal, onLine: onPrinted, onUnavailable });
      printAtEnd(reply.lines, reply.secrets);
      const lines = clean(reply.lines, reply.secrets);
      if (lines.length > 0) printed = lines;
      if (reply.refused === 'lost') throw new Interruption('lease-lost');
      if (reply.refused === 'busy') throw siteBusy();
      if (reply.refused === 'taken') throw siteNameTaken(plan);
      if (reply.value === undefined) throw benchFailure({ ...reply, lines }, otherwise);
      return reply.value;
    } catch (error) {
      if (error instanceof AgentLost) {
        printAtEnd(error.lines, error.secrets);
        throw new SiteHostError('HOST_UNAVAILABLE', 'The bench cannot be reached.', {
          transient: true,
          detail: clean(error.lines, error.secrets).join('\n'),
        });
      }
      if (error instanceof UnexpectedReply) {
        throw new SiteHostError('HOST_UNAVAILABLE', 'The bench gave an unexpected reply.', {
          detail: endOf(clean(error.lines, error.secrets)),
        });
      }
      throw error;
    }
  };

  const isFinished: BenchSite['isFinished'] = async (step, signal) => (await ask(look, { step }, { signal })).finished;

  return {
    plan,
    webUrl: config.webUrl,
    address: URL.parse(siteUrl(plan.siteName))?.origin ?? '',
    timeZone: timeZoneOf(plan.timeZone, plan.country, config.timeZone),
    database: databaseName(plan),
    ask,
    isFinished,
    async expectFinished(step, message, signal) {
      if (await isFinished(step, signal)) return;
      throw new SiteHostError('VERIFICATION_FAILED', message, { detail: endOf(printed) });
    },
    async forget(step, signal) {
      await ask(forgetStep, { step }, { signal });
    },
  };
}

/** The longest name of a user in MySQL. */
const longestDatabaseName = 32;

/** `comp_2026_00001_` for people, and 16 digits, fewer after a longer number, that no other row's site has on the same server. */
const databaseName = ({ companyId, owner, siteName }: SitePlan): string => {
  const digest = createHash('sha256').update(`${owner} ${siteName}`).digest('hex');
  return `${companyId.toLowerCase().replaceAll('-', '_')}_${digest}`.slice(0, longestDatabaseName);
};

const siteNameTaken = ({ siteName }: SitePlan): SiteHostError =>
  new SiteHostError('SITE_NAME_TAKEN', `The name ${siteName} is not available; choose another domain.`);

const siteBusy = (): SiteHostError =>
  new SiteHostError('HOST_UNAVAILABLE', 'The bench has not finished its earlier work on this site.', {
    transient: true,
  });
