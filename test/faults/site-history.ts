/**
 * A site host whose sites are rows of one SQLite file, which any number of processes share, with a history of every
 * operation on them. It hides nothing: a step that is run although its effect exists is recorded as made twice.
 *
 * - *Effect*: what a step creates. It is partial from the step's beginning to its end, so that a worker that is killed in
 *   between leaves something to undo.
 * - *Fault mode*: how a step fails in its next runs.
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Interruption } from '../../src/provisioning/interruption.ts';
import { type SiteHost, SiteHostError, type SitePlan, type SiteStep } from '../../src/provisioning/site-host.ts';
import { hashPassword, passwordHash, passwordMatches } from '../../src/site-hosts/sandbox/password.ts';

const faultModes = ['fail', 'fail-transiently', 'fail-half-way', 'slow'] as const;

/**
 * What a step does instead of its work: it fails before its effect, permanently or transiently, or with a partial effect;
 * or it takes `slowness`.
 */
export type FaultMode = (typeof faultModes)[number];

const siteOperation = z.object({
  /** By the machine's own clock, in milliseconds, independent of the clock of the process that wrote it. */
  at: z.int(),
  pid: z.int(),
  site: z.string(),
  /** The name of the company for which it was done (src/company/owner-name.ts). */
  owner: z.string(),
  step: z.string(),
  /** The fencing token of the claim under which it was requested. */
  token: z.int(),
  what: z.enum(['made', 'undone', 'refused']),
});
export type SiteOperation = Readonly<z.infer<typeof siteOperation>>;

export interface SiteHistory {
  /** The next `times` runs of the site's step are of this mode. Resolves once that is written, as a rule at once. */
  behave(site: string, step: string, mode: FaultMode, times: number): Promise<void>;
  /** What was done to the site and refused, oldest first. */
  entries(site: string): readonly SiteOperation[];
  /** The steps that have an effect, in the order in which they were made; `create-site, partial` where one was not finished. */
  effects(site: string): readonly string[];
  /** The name of the company whose site it is; undefined until its first claim. */
  ownerOf(site: string): string | undefined;
  /** Whether the site's administrator can log in with this password. */
  admits(site: string, password: string): Promise<boolean>;
  /** How often a worker was refused because of a newer claim. */
  refused(): number;
  close(): void;
}

/** In milliseconds. */
const slowness = 2_000;

const schema = `
  create table if not exists site (
    name text primary key,
    owner text not null,
    newest_token integer not null
  ) strict;
  create table if not exists effect (
    site text not null,
    step text not null,
    holds text, -- null while it is partial
    primary key (site, step)
  ) strict;
  create table if not exists history (
    number integer primary key,
    at integer not null default (cast(unixepoch('subsec') * 1000 as integer)),
    pid integer not null,
    site text not null,
    owner text not null,
    step text not null,
    token integer not null,
    what text not null
  ) strict;
  create index if not exists ledger_site on history (site);
  create table if not exists mode (
    number integer primary key,
    site text not null,
    step text not null,
    mode text not null,
    times integer not null
  ) strict;
`;

function openFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 100 });
  database.exec(`pragma journal_mode = wal; pragma synchronous = normal; ${schema}`);
  return database;
}

/**
 * Does `work` in one transaction, alone. A process that is stopped in the middle of one blocks all others until it
 * resumes; they wait without blocking their event loops, so that their heartbeats continue.
 */
async function alone<Result>(database: DatabaseSync, work: () => Result, signal?: AbortSignal): Promise<Result> {
  while (!begins(database)) await pause(20, undefined, { ...(signal ? { signal } : {}) });
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}

const busy = 5; // SQLITE_BUSY

function begins(database: DatabaseSync): boolean {
  try {
    database.exec('begin immediate');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return false;
    throw error;
  }
}

/** The history of the sites in `file`, and the faults to inject into them. */
export function openSiteHistory(file: string): SiteHistory {
  const database = openFile(file);
  const addMode = database.prepare('insert into mode (site, step, mode, times) values (?, ?, ?, ?)');
  const entries = database.prepare(
    'select at, pid, site, owner, step, token, what from history where site = ? order by number',
  );
  const effects = database.prepare(
    `select iif(holds is null, step || ', partial', step) as step from effect where site = ? order by rowid`,
  );
  const owner = database.prepare('select owner from site where name = ?');
  const login = database.prepare(`select holds from effect where site = ? and step = 'set-up-company'`);
  const refused = database.prepare(`select count(*) as times from history where what = 'refused'`);
  return {
    behave: (site, step, mode, times) => alone(database, () => void addMode.run(site, step, mode, times)),
    entries: (site) => z.array(siteOperation).parse(entries.all(site)),
    effects: (site) => effects.all(site).map(({ step }) => String(step)),
    ownerOf(site) {
      const name = owner.get(site)?.['owner'];
      return typeof name === 'string' ? name : undefined;
    },
    admits: (site, password) => admits(login.get(site)?.['holds'], password),
    refused: () => Number(refused.get()?.['times']),
    close: () => database.close(),
  };
}

/** The host that makes the sites in `file`; it holds the file open as long as its process lives. */
export function recordingHost(file: string): SiteHost {
  const database = openFile(file);
  return {
    kind: 'bench',
    offeredApps: async () => ['erpnext'],
    steps: (plan) => {
      const site = openSite(database, plan);
      return [
        step(site, 'preflight', 5),
        step(site, 'create-site', 60),
        ...plan.apps.map((app) => step(site, `install-app:${app}`, 40)),
        step(site, 'set-up-company', 40, async () => JSON.stringify(await hashPassword(plan.adminPassword))),
        step(site, 'verify', 15, async () => {
          if (!(await admits(site.holds('set-up-company'), plan.adminPassword)))
            throw notVerified('refuses its administrator');
          return 'verified';
        }),
      ];
    },
  };
}

/**
 * A step that takes about this many milliseconds. Its effect finally holds `make`'s result, which may throw a
 * SiteHostError.
 */
function step(
  site: Site,
  name: string,
  milliseconds: number,
  make: () => Promise<string> = async () => 'made',
): SiteStep {
  return {
    name,
    title: `Making ${name}`,
    completed: `${name} made`,
    weight: milliseconds,
    check: (signal) => site.isWhole(name, signal),
    async run({ signal, progress }) {
      const mode = await site.begin(name, signal);
      if (mode === 'fail' || mode === 'fail-transiently') throw outOfOrder(mode === 'fail-transiently');
      for (const percent of [20, 40, 60, 80]) {
        await pause((mode === 'slow' ? slowness : milliseconds) / 4, undefined, { signal });
        progress(percent);
      }
      if (mode === 'fail-half-way') throw outOfOrder(false);
      const holds = await make();
      await site.finish(name, holds, signal);
    },
    async verify(signal) {
      if (!(await site.isWhole(name, signal))) throw notVerified(`has no ${name}`);
    },
    undo: (signal) => site.undo(name, signal),
  };
}

/** `holds` is what the effect of set-up-company holds. */
function admits(holds: unknown, password: string): Promise<boolean> {
  const stored = passwordHash.safeParse(typeof holds === 'string' ? JSON.parse(holds) : undefined);
  return passwordMatches(password, stored.data);
}

const outOfOrder = (transient: boolean): SiteHostError =>
  new SiteHostError('HOST_UNAVAILABLE', 'The server that keeps the sites is out of order.', { transient });

const notVerified = (fault: string): SiteHostError =>
  new SiteHostError('VERIFICATION_FAILED', `The finished site ${fault}.`);

/** A site as one claim sees it. Each method with a signal is one transaction, and throws an Interruption once a newer claim exists. */
type Site = ReturnType<typeof openSite>;

function openSite(database: DatabaseSync, plan: SitePlan) {
  const { siteName, owner, fencingToken } = plan;
  const claim = database.prepare(
    `insert into site (name, owner, newest_token) values (?, ?, ?)
     on conflict (name) do update set newest_token = max(newest_token, excluded.newest_token) where owner = excluded.owner
     returning newest_token`,
  );
  const note = database.prepare('insert into history (pid, site, owner, step, token, what) values (?, ?, ?, ?, ?, ?)');
  const makePartial = database.prepare('insert or replace into effect (site, step) values (?, ?)');
  const makeWhole = database.prepare('update effect set holds = ? where site = ? and step = ?');
  const unmake = database.prepare('delete from effect where site = ? and step = ?');
  const effect = database.prepare('select holds from effect where site = ? and step = ?');
  const takeMode = database.prepare(
    `update mode set times = times - 1
     where number = (select min(number) from mode where site = ? and step = ? and times > 0)
     returning mode`,
  );

  const write = (step: string, what: SiteOperation['what']): void =>
    void note.run(process.pid, siteName, owner, step, fencingToken, what);

  const holds = (step: string): string | undefined => {
    const text = effect.get(siteName, step)?.['holds'];
    return typeof text === 'string' ? text : undefined;
  };

  /** The newest claim is the one that the site obeys, from its first question on. */
  async function underClaim<Result>(step: string, signal: AbortSignal, work: () => Result): Promise<Result> {
    signal.throwIfAborted();
    const outcome = await alone(
      database,
      () => {
        const site = claim.get(siteName, owner, fencingToken);
        if (!site) throw new SiteHostError('SITE_NAME_TAKEN', `${siteName} is taken.`);
        if (site['newest_token'] === fencingToken) return { result: work() };
        // Returned and not thrown, so that the refusal is written down.
        write(step, 'refused');
        return undefined;
      },
      signal,
    );
    if (!outcome) throw new Interruption('lease-lost');
    return outcome.result;
  }

  return {
    holds,
    isWhole: (step: string, signal: AbortSignal): Promise<boolean> =>
      underClaim(step, signal, () => holds(step) !== undefined),
    /** Makes the partial effect, unless the returned mode fails before it. */
    begin: (step: string, signal: AbortSignal): Promise<FaultMode | undefined> =>
      underClaim(step, signal, () => {
        const planned = takeMode.get(siteName, step)?.['mode'];
        const mode = faultModes.find((known) => known === planned);
        if (mode === 'fail' || mode === 'fail-transiently') return mode;
        makePartial.run(siteName, step);
        write(step, 'made');
        return mode;
      }),
    finish: (step: string, whatItHolds: string, signal: AbortSignal): Promise<void> =>
      underClaim(step, signal, () => void makeWhole.run(whatItHolds, siteName, step)),
    undo: (step: string, signal: AbortSignal): Promise<void> =>
      underClaim(step, signal, () => {
        if (unmake.run(siteName, step).changes > 0) write(step, 'undone');
      }),
  };
}
