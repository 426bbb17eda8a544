import assert from 'node:assert/strict';
import { assertLog } from '../event-log.ts';
import type { Order } from './portal.ts';
import { type CompanyRecord, isClaim, isWorkerLost } from './record.ts';
import type { LedgerEntry } from './site-ledger.ts';
import type { Trial } from './trial.ts';

/** The effects of a site that is made, in order. */
const steps = ['preflight', 'create-site', 'install-app:erpnext', 'set-up-company', 'verify'];

type Complain = (complaint: string) => void;

/** What was ordered is there, once, ACTIVE, made by whoever held it, and was seen as it happened. */
export async function checkCompanies(
  trial: Trial,
  records: readonly CompanyRecord[],
  complain: Complain,
): Promise<void> {
  const ordered = trial.orders.map(({ wish }) => wish.customer).sort();
  const made = records.map(({ customer }) => customer).sort();
  tell(complain, 'one company per idempotency key', () => assert.deepEqual(made, ordered));
  for (const record of records) {
    const about = (complaint: string): void => complain(`${record.id} (${record.customer}): ${complaint}`);
    if (record.status !== 'ACTIVE') about(`it is ${record.status}`);
    if (record.isSealed) about('its password is still kept');
    tell(about, 'its log', () => assertLog(record.events));
    if (record.events.at(-1)?.version !== record.version)
      about(`its version is ${record.version}, its log ends otherwise`);
    checkSteps(record, about);
    checkSite(trial, record, about);
    checkLostWorkers(trial, record, about);
    const order = trial.orders.find(({ wish }) => wish.customer === record.customer);
    if (order?.watched) await checkWatcher(order, record, about);
  }
}

async function checkWatcher({ watched }: Order, { events }: CompanyRecord, about: Complain): Promise<void> {
  const seen = await watched?.catch(() => undefined);
  // That he saw no end was told already.
  if (!seen) return;
  const shape = ({ version, status, progress, message }: (typeof seen)[number]) => ({
    version,
    status,
    progress,
    message,
  });
  tell(about, 'its watcher saw the log', () =>
    assert.deepEqual(
      seen.map(shape),
      events.map(({ version, status, progress, message }) => ({ version, status, progress, message })),
    ),
  );
}

/** Each claim takes the steps from the first on, and nobody else writes in between; the last one has ended each once. */
function checkSteps({ events }: CompanyRecord, about: Complain): void {
  let place = 0;
  let ended: string[] = [];
  for (const event of events) {
    if (isClaim(event)) [place, ended] = [0, []];
    if (!event.step || event.status !== 'PROVISIONING') continue;
    const isEnd = event.message.endsWith(': done.');
    const here = 2 * steps.indexOf(event.step) + (isEnd ? 1 : 0);
    if (here < place) about(`version ${event.version} (${event.message}) stands behind what comes after it`);
    if (isEnd) ended.push(event.step);
    place = here;
  }
  tell(about, 'the steps that its last claim ended', () => assert.deepEqual(ended, steps));
}

/** Every effect stands once, and nobody made anything after a newer claim had. */
function checkSite({ world }: Trial, { id, site }: CompanyRecord, about: Complain): void {
  tell(about, 'what stands of its site', () => assert.deepEqual(world.sites.standing(site), steps));
  const entries = world.sites.entries(site);
  for (const step of steps) {
    const count = (what: LedgerEntry['what']): number =>
      entries.filter((entry) => entry.step === step && entry.what === what).length;
    const rest = count('made') - count('undone');
    if (rest !== 1) about(`${step} was made ${count('made')} times and undone ${count('undone')} times`);
  }
  let newest = 0;
  for (const entry of entries) {
    if (entry.company !== id) about(`${entry.company} has worked on its site: ${JSON.stringify(entry)}`);
    if (entry.what === 'made' && entry.token < newest) about(`made under a stale token: ${JSON.stringify(entry)}`);
    newest = Math.max(newest, entry.token);
  }
}

/** An attempt is given up as lost only after three claims, each of whose workers, or PostgreSQL, was struck. */
function checkLostWorkers({ world }: Trial, { id, events }: CompanyRecord, about: Complain): void {
  for (const lost of events.filter(isWorkerLost)) {
    const claims = events.filter((event) => event.attempt === lost.attempt && isClaim(event));
    const since = claims[0]?.at ?? lost.at;
    if (claims.length < 3) about(`attempt ${lost.attempt} was given up after ${claims.length} claims`);
    for (const life of world.workers.flatMap(({ lives }) => lives)) {
      const held = life.program.log.some(
        (line) => line.msg === 'provisioning started' && line['companyId'] === id && line['attempt'] === lost.attempt,
      );
      if (held && !world.outages.touch(life.name, since, lost.at) && !world.outages.touch('postgres', since, lost.at))
        about(`attempt ${lost.attempt} was given up, and nothing had happened to ${life.name}, which held it`);
    }
  }
}

/** Tells what an assertion says, with the first lines of what differs. */
function tell(complain: Complain, what: string, assertion: () => void): void {
  try {
    assertion();
  } catch (error) {
    complain(`${what}: ${error instanceof Error ? error.message.split('\n').slice(0, 12).join('\n    ') : error}`);
  }
}
