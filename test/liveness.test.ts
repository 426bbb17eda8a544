import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { openHeartbeat } from '../jobs/heartbeat.ts';
import { openReconciler } from '../jobs/reconciler.ts';
import { openRescuer } from '../jobs/rescuer.ts';
import { openWebhooks } from '../jobs/webhooks.ts';
import { readBacklog } from '../src/app/read-backlog.ts';
import { openSlots } from '../src/common/slots.ts';
import type { Db } from '../src/company/tables.ts';
import { openHealth } from '../src/http/health.ts';
import { serveHealth } from '../src/http/health-server.ts';
import { openHttpServer } from '../src/http/http-server.ts';
import { openCompanyStreams } from '../src/live/company-stream.ts';
import { deliverMail } from '../src/mail/deliver-mail.ts';
import { openMailAccount } from '../src/mail/mail-account.ts';
import { type Liveness, openLiveness } from '../src/observability/liveness.ts';
import { openMetrics } from '../src/observability/metrics.ts';
import { claimCompany, keepLease } from '../src/provisioning/lease.ts';
import { runAttempt } from '../src/provisioning/run-attempt.ts';
import { deliverMessages } from '../src/webhooks/deliver-messages.ts';
import { ask } from './support/ask.ts';
import { memoryHost, openCompanyStore, times } from './support/company-store.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { until } from './support/processes.ts';
import { webhookDeps } from './support/webhook-deliveries.ts';

const store = await openCompanyStore(after);
const { db, notifier, secrets } = store;
const log = pino({ level: 'silent' });
const metrics = openMetrics();
const ever = new AbortController().signal;
const minute = 60_000;

/** A process whose clock can be put forward, and what its `/healthz` answers. */
async function openProcess(t: TestContext) {
  let ahead = 0;
  const liveness = openLiveness(() => performance.now() + ahead);
  const server = await openHttpServer({ host: '127.0.0.1', port: 0, variable: 'WORKER_PORT', metrics, log });
  t.after(() => server.close());
  serveHealth(server, openHealth({ checks: {}, backlog: () => readBacklog(db), liveness, metrics, log }));
  return {
    liveness,
    pass(milliseconds: number): void {
      ahead += milliseconds;
    },
    async healthz(): Promise<{ status: number | undefined; late: string[] }> {
      const { status, text } = await ask(`http://127.0.0.1:${server.port}/healthz`, { method: 'GET' });
      const late: string[] = JSON.parse(text).late ?? [];
      return { status, late: late.map((line) => line.replace(/: silent for \d+ s, at most \d+ s$/, '')) };
    },
  };
}

/** The database, whose answers are replaced by this one. */
const databaseThat = (answer: () => Promise<never>): Db =>
  db.withPlugin({ transformQuery: ({ node }) => node, transformResult: answer });
const hanging = databaseThat(() => new Promise(() => {}));

const noJobs = { withoutJob: async () => [], takeUp() {}, close: async () => {} };
const openLoops = (on: Db, liveness: Liveness) => ({
  reconciler: () =>
    openReconciler({
      db: on,
      notifier,
      queues: { provision: noJobs, mail: noJobs },
      waitingAlarm: minute,
      attemptsAtOnce: 10,
      metrics,
      liveness,
      log,
    }),
  rescuer: () => openRescuer({ db: on, notifier, metrics, liveness, log }),
  heartbeat: () => openHeartbeat({ db: on, worker: 'test', liveness, log }),
  webhooks: () => openWebhooks(webhookDeps(store, { db: on, liveness })),
});

describe('hanging loops', { timeout: 180_000 }, () => {
  /** Begins it and lets it hang; resolves once it does. It goes on when the test is over. */
  const hangs: Record<string, (liveness: Liveness, t: TestContext) => unknown> = {
    reconciler: (liveness) => openLoops(hanging, liveness).reconciler(),
    rescuer: (liveness) => openLoops(hanging, liveness).rescuer(),
    heartbeat: (liveness) => openLoops(hanging, liveness).heartbeat(),
    webhooks: (liveness) => openLoops(hanging, liveness).webhooks(),
    webhook(liveness) {
      const deps = webhookDeps(store, { db: hanging, liveness });
      deliverMessages({ ...deps, statements: openSlots(1) }, 'we_0', ever);
    },
    async claim(liveness) {
      const { id } = await store.create('never-claimed');
      runAttempt({ ...store.provisioning(memoryHost()), db: hanging, liveness }, id, ever);
    },
    async attempt(liveness, t) {
      const faults = new Faults();
      const goOn = faults.pause('one', { deaf: true });
      const { id } = await store.create('never-ended');
      const deps = store.provisioning(faultyHost(memoryHost(), faults), { heartbeat: 10 });
      const ended = runAttempt({ ...deps, liveness }, id, ever);
      t.after(async () => {
        goOn();
        await ended;
      });
      await faults.reached('one');
    },
    async 'lease renewal'(liveness, t) {
      const { id } = await store.create('never-renewed');
      const claim = await claimCompany(db, id, 'test', times, ever);
      assert.ok(claim);
      const lease = keepLease(hanging, claim, { times: { ...times, heartbeat: 10 }, liveness }, () => {});
      t.after(() => lease.close());
    },
    async mail(liveness, t) {
      const { id } = await store.create('never-mailed');
      await runAttempt(store.provisioning(memoryHost()), id, ever);
      const [begun, accepted] = [Promise.withResolvers<void>(), Promise.withResolvers<{ response: string }>()];
      const smtp = {
        send() {
          begun.resolve();
          return accepted.promise;
        },
        verify: async () => {},
        close() {},
      };
      const account = openMailAccount(metrics, log);
      const mailing = {
        smtp,
        account,
        render: () => ({ language: 'en', subject: '', text: '', html: '' }),
        sandbox: true,
      };
      const addresses = { siteUrl: () => '', supportEmail: 'support@hosting.example' };
      const ended = deliverMail({ db, secrets, ...mailing, ...addresses, metrics, liveness, log }, id);
      t.after(async () => {
        accepted.resolve({ response: '250 OK' });
        await ended;
      });
      await begun.promise;
    },
    async 'event read'(liveness) {
      const { id } = await store.create('never-read');
      const channel = {
        announce() {},
        listen: () => () => {},
        notifyAll() {},
        probe: async () => {},
        close: async () => {},
      };
      openCompanyStreams(hanging, channel, { liveness, log }).watch({ id, version: 1 }, 0).next();
    },
  };

  for (const [name, hang] of Object.entries(hangs)) {
    test(`/healthz answers 503 and names the ${name} that hangs`, async (t) => {
      const { liveness, pass, healthz } = await openProcess(t);
      await hang(liveness, t);
      assert.deepEqual(await healthz(), { status: 200, late: [] });
      pass(20 * minute);
      // What goes on beside it shows so with its next turn.
      await until('nothing else is late', async () => (await healthz()).late.length === 1);
      assert.deepEqual(await healthz(), { status: 503, late: [name] });
    });
  }
});

test('/healthz answers 200 while the database is unavailable, and loops only fail', { timeout: 180_000 }, async (t) => {
  const { liveness, pass, healthz } = await openProcess(t);
  const unavailable = databaseThat(async () => {
    throw new Error('The database is unavailable.');
  });
  const loops = Object.values(openLoops(unavailable, liveness)).map((open) => open());
  const shutdown = new AbortController();
  const { id } = await store.create('claimed-later');
  const claiming = runAttempt({ ...store.provisioning(memoryHost()), db: unavailable, liveness }, id, shutdown.signal);
  pass(20 * minute);
  await until('each has tried again', async () => (await healthz()).status === 200);
  shutdown.abort();
  await assert.rejects(claiming);
  await Promise.all(loops.map((loop) => loop.close()));
  pass(20 * minute);
  assert.deepEqual(await healthz(), { status: 200, late: [] }, 'what was closed is not missed');
});
