import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { pino } from 'pino';
import type { CompanyId } from '../../src/company/company-id.ts';
import { type CreateCompanyDeps, createCompany } from '../../src/company/create-company.ts';
import { companyById } from '../../src/company/find-companies.ts';
import { type Notifier, openNotifier } from '../../src/company/notifier.ts';
import type { Requester } from '../../src/company/requester.ts';
import type { CompanyRow, Db } from '../../src/company/tables.ts';
import { openEmbeddedPostgres } from '../../src/database/open-database.ts';
import { openPglite } from '../../src/embedded/pglite.ts';
import { openLiveness } from '../../src/observability/liveness.ts';
import { openMetrics } from '../../src/observability/metrics.ts';
import type { AttemptDeps } from '../../src/provisioning/attempt.ts';
import type { SiteHost, SiteStep } from '../../src/provisioning/site-host.ts';
import { type SecretBox, secretBox } from '../../src/secrets/secret-box.ts';
import { assertLog } from './event-log.ts';
import { requestFor } from './test-service.ts';

/** Companies in a PostgreSQL in memory, without a service around them: the domain's own functions work on it. */
export interface CompanyStore {
  readonly db: Db;
  /** For SQL behind the domain's back. */
  readonly em: SqlEntityManager;
  readonly secrets: SecretBox;
  readonly notifier: Notifier;
  /** Every notification so far: `watchers COMP-…`, `workers COMP-…`, `mailers COMP-…`, `readers COMP-…`. */
  readonly notifications: readonly string[];
  readonly deps: CreateCompanyDeps;
  /** Whose companies these are. */
  readonly jane: Requester;
  /** A new company of Jane's at `<name>.localhost`, queued unless `draft`. */
  create(name: string, changes?: { draft?: boolean; adminPassword?: string }): Promise<CompanyRow>;
  /** Everything that is kept of a company: its row, its events and its mails. The log is checked on the way. */
  all(id: CompanyId): Promise<{ company: CompanyRow; events: readonly LoggedRow[]; mails: readonly MailRow[] }>;
  /** Changes columns behind the domain's back: `leased_until = now() - interval '1 second'`. */
  set(id: CompanyId, assignment: string): Promise<void>;
  /** What `provisionCompany` needs, with times that are long unless told otherwise. */
  provisioning(host: SiteHost, times?: Partial<AttemptDeps['times']>): AttemptDeps;
}
type LoggedRow = Parameters<typeof assertLog>[0][number] & { readonly attempt: number };
type MailRow = Awaited<ReturnType<typeof mailsOf>>[number];

export const times = { lease: 60_000, heartbeat: 30_000, attempt: 600_000 };

export async function openCompanyStore(after: (close: () => Promise<void>) => void): Promise<CompanyStore> {
  const { pglite, close } = await openPglite(undefined);
  const database = openEmbeddedPostgres(pglite);
  after(async () => {
    await database.close();
    await close();
  });
  await database.migrate();

  const { db, em } = database;
  const secrets = secretBox([{ id: 'test', bytes: randomBytes(32) }]);
  const notifications: string[] = [];
  const notifier = openNotifier({
    watchers: (id) => void notifications.push(`watchers ${id}`),
    workers: (id) => void notifications.push(`workers ${id}`),
    mailers: (id) => void notifications.push(`mailers ${id}`),
    readers: (id) => void notifications.push(`readers ${id}`),
  });
  const deps = { db, notifier, secrets, ownHosts: [], apps: ['erpnext'] };
  const jane = { owner: 'jane', email: 'jane@customers.example', seesAll: false, namesCustomers: false };
  return {
    db,
    em,
    secrets,
    notifier,
    notifications,
    deps,
    jane,
    async create(name, changes = {}) {
      const outcome = await createCompany(deps, jane, requestFor(`${name}.localhost`, changes));
      return outcome.kind === 'created' ? outcome.company : assert.fail(`Not created: ${outcome.kind}`);
    },
    async all(id) {
      const [company, rows, mails] = await Promise.all([companyById(db, id), eventsOf(db, id), mailsOf(db, id)]);
      const events = rows.map(({ site_status, ...event }) => ({ ...event, siteStatus: site_status }));
      assertLog(events);
      assert.equal(company.version, events.length, 'the company is at its newest event');
      assert.equal(company.status, events.at(-1)?.status);
      return { company, events, mails };
    },
    async set(id, assignment) {
      await em.execute(`update company set ${assignment} where id = ?`, [id]);
    },
    provisioning: (host, changes = {}) => ({
      db,
      notifier,
      secrets,
      host,
      times: { ...times, ...changes },
      worker: 'test',
      metrics: openMetrics(),
      liveness: openLiveness(),
      log: pino({ level: 'silent' }),
    }),
  };
}

const eventsOf = (db: Db, id: CompanyId) =>
  db.selectFrom('company_event').selectAll().where('company_id', '=', id).orderBy('version').execute();

const mailsOf = (db: Db, id: CompanyId) =>
  db.selectFrom('outbox_mail').selectAll().where('company_id', '=', id).orderBy('attempt').execute();

/** A step whose effect is that `made` has its name. */
export const stepNamed = (name: string, made: Set<string>): SiteStep => ({
  name,
  title: `Making ${name}`,
  completed: `${name} made`,
  weight: 1,
  check: async () => made.has(name),
  async run() {
    made.add(name);
  },
  async verify() {
    assert.ok(made.has(name));
  },
  async undo() {
    made.delete(name);
  },
});

/** A site host in memory; `made` has the steps whose effect is there. */
export function memoryHost(stepNames: readonly string[] = ['one', 'two', 'three']): SiteHost & { made: Set<string> } {
  const made = new Set<string>();
  return {
    kind: 'bench',
    made,
    offeredApps: async () => ['erpnext'],
    steps: () => stepNames.map((name) => stepNamed(name, made)),
  };
}
