import assert from 'node:assert/strict';
import { assertLog, isClaim, type LoggedEvent } from '../support/event-log.ts';
import type { Order } from './portal.ts';
import { type CompanyRecord, endsAttempt, isWorkerLost } from './record.ts';
import type { LedgerEntry } from './site-ledger.ts';
import type { Clientele } from './trial.ts';

/** The effects of a site that is made, in order. */
const steps = ['preflight', 'create-site', 'install-app:erpnext', 'set-up-company', 'verify'];

type Complain = (complaint: string) => void;

/** What was ordered is there, once, as it was to end, made by whoever held it, and was seen as it happened. */
export async function checkCompanies(
  clientele: Clientele,
  records: readonly CompanyRecord[],
  complain: Complain,
): Promise<void> {
  const ordered = clientele.orders.map(({ wish }) => wish.customer).sort();
  const made = records.map(({ customer }) => customer).sort();
  tell(complain, 'one company per idempotency key', () => assert.deepEqual(made, ordered));
  for (const record of records) {
    const about = (complaint: string): void => complain(`${record.id} (${record.customer}): ${complaint}`);
    const order = clientele.orders.find(({ wish }) => wish.customer === record.customer);
    // That nobody has ordered it was told already.
    if (!order) continue;
    if (record.status !== order.wish.end) about(`it is ${record.status}`);
    tell(about, 'its log', () => assertLog(record.events));
    if (record.events.at(-1)?.version !== record.version)
      about(`its version is ${record.version}, its log ends otherwise`);
    if (order.wish.end === 'ACTIVE') {
      if (record.isSealed) about('its password is still kept');
      checkSteps(record, about);
      await checkSite(clientele, order, record, about);
    } else checkNoSite(clientele, record, about);
    checkLostWorkers(clientele, record, about);
    if (order.watched) await checkWatcher(order, record, about);
  }
}

async function checkWatcher({ watched }: Order, { events }: CompanyRecord, about: Complain): Promise<void> {
  const seen = await watched?.catch(() => undefined);
  // That he saw no end was told already.
  if (!seen) return;
  const shape = ({ version, status, kind, progress }: Omit<LoggedEvent, 'siteStatus'>) => ({
    version,
    status,
    kind,
    progress,
  });
  tell(about, 'its watcher saw the log', () =>
    assert.deepEqual(seen.map(shape), events.slice(0, seen.length).map(shape)),
  );
  // The stream has completed by then.
  if (events.slice(seen.length).some(({ kind }) => kind !== 'ADDRESS_CORRECTED')) about('its watcher missed its end');
}

/** Each claim takes the steps from the first on, and nobody else writes in between; the last one has ended each once. */
function checkSteps({ events }: CompanyRecord, about: Complain): void {
  let place = 0;
  let ended: string[] = [];
  for (const event of events) {
    if (isClaim(event)) [place, ended] = [0, []];
    if (!event.step || event.status !== 'PROVISIONING') continue;
    const isEnd = event.kind === 'STEP_COMPLETED';
    const here = 2 * steps.indexOf(event.step) + (isEnd ? 1 : 0);
    if (here < place) about(`version ${event.version} (${event.message}) stands behind what comes after it`);
    if (isEnd) ended.push(event.step);
    place = here;
  }
  tell(about, 'the steps that its last claim ended', () => assert.deepEqual(ended, steps));
}

/** Every effect stands once, nobody made anything after a newer claim had, and the administrator's password is the ordered one. */
async function checkSite(
  { world }: Clientele,
  { wish }: Order,
  { owner, site }: CompanyRecord,
  about: Complain,
): Promise<void> {
  if (!(await world.sites.admits(site, wish.password))) about('its site does not let its administrator in');
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
    if (entry.owner !== owner) about(`${entry.owner} has worked on its site: ${JSON.stringify(entry)}`);
    if (entry.what === 'made' && entry.token < newest) about(`made under a stale token: ${JSON.stringify(entry)}`);
    newest = Math.max(newest, entry.token);
  }
}

/** Somebody else's site was left alone: that everything there is theirs is checked with them. */
function checkNoSite({ world }: Clientele, { owner, site, events }: CompanyRecord, about: Complain): void {
  if (world.sites.ownerOf(site) === owner) about('the site is its own, and was to be taken');
  const reason = events.findLast(endsAttempt)?.reason;
  if (reason !== 'SITE_NAME_TAKEN') about(`it has failed for ${reason}`);
}

/** An attempt is given up as lost only after three claims, each of whose workers, or PostgreSQL, was struck. */
function checkLostWorkers({ world, deployment }: Clientele, { id, events }: CompanyRecord, about: Complain): void {
  for (const lost of events.filter(isWorkerLost)) {
    const claims = events.filter((event) => event.attempt === lost.attempt && isClaim(event));
    const since = claims[0]?.at ?? lost.at;
    if (claims.length < 3) about(`attempt ${lost.attempt} was given up after ${claims.length} claims`);
    for (const life of deployment.workers.flatMap(({ lives }) => lives)) {
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
