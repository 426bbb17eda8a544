import assert from 'node:assert/strict';
import { assertLog, isClaim, type LoggedEvent } from '../support/event-log.ts';
import { type CompanyHistory, endsAttempt, isWorkerLost } from './company-history.ts';
import type { RequestedCompany } from './customer-client.ts';
import type { Workload } from './run.ts';
import type { SiteOperation } from './site-history.ts';

/** The effects of a site that is made, in order. */
const steps = ['preflight', 'create-site', 'install-app:erpnext', 'set-up-company', 'verify'];

type Complain = (complaint: string) => void;

/** Each requested company exists once, has ended as expected, was made by its lease's holders, and was seen as it happened. */
export async function checkCompanies(
  workload: Workload,
  histories: readonly CompanyHistory[],
  complain: Complain,
): Promise<void> {
  const requested = workload.requested.map(({ request }) => request.customer).sort();
  const made = histories.map(({ customer }) => customer).sort();
  reportFailed(complain, 'one company per idempotency key', () => assert.deepEqual(made, requested));
  for (const history of histories) {
    const about = (complaint: string): void => complain(`${history.id} (${history.customer}): ${complaint}`);
    const company = workload.requested.find(({ request }) => request.customer === history.customer);
    // That nobody requested it is reported already.
    if (!company) continue;
    if (history.status !== company.request.end) about(`it is ${history.status}`);
    reportFailed(about, 'its log', () => assertLog(history.events));
    if (history.events.at(-1)?.version !== history.version)
      about(`its version is ${history.version}, its log ends otherwise`);
    if (company.request.end === 'ACTIVE') {
      if (history.isSealed) about('its password is still kept');
      checkSteps(history, about);
      await checkSite(workload, company, history, about);
    } else checkNoSite(workload, history, about);
    checkLostWorkers(workload, history, about);
    if (company.watched) await checkWatcher(company, history, about);
  }
}

async function checkWatcher({ watched }: RequestedCompany, { events }: CompanyHistory, about: Complain): Promise<void> {
  const seen = await watched?.catch(() => undefined);
  // That they saw no end is reported already.
  if (!seen) return;
  const shape = ({ version, status, kind, progress }: Omit<LoggedEvent, 'siteStatus'>) => ({
    version,
    status,
    kind,
    progress,
  });
  reportFailed(about, 'its watcher saw the log', () =>
    assert.deepEqual(seen.map(shape), events.slice(0, seen.length).map(shape)),
  );
  // The stream has completed by then.
  if (events.slice(seen.length).some(({ kind }) => kind !== 'ADDRESS_CORRECTED')) about('its watcher missed its end');
}

/** Each claim goes through the steps from the first, and nothing else writes in between; the last claim has completed each once. */
function checkSteps({ events }: CompanyHistory, about: Complain): void {
  let position = 0;
  let ended: string[] = [];
  for (const event of events) {
    if (isClaim(event)) [position, ended] = [0, []];
    if (!event.step || event.status !== 'PROVISIONING') continue;
    const isEnd = event.kind === 'STEP_COMPLETED';
    const here = 2 * steps.indexOf(event.step) + (isEnd ? 1 : 0);
    if (here < position) about(`version ${event.version} (${event.message}) comes after a later step`);
    if (isEnd) ended.push(event.step);
    position = here;
  }
  reportFailed(about, 'the steps that its last claim ended', () => assert.deepEqual(ended, steps));
}

/** Every effect exists once, no claim wrote after a newer one, and the administrator's password is the requested one. */
async function checkSite(
  { cluster }: Workload,
  { request }: RequestedCompany,
  { owner, site }: CompanyHistory,
  about: Complain,
): Promise<void> {
  if (!(await cluster.sites.admits(site, request.password))) about('its site does not let its administrator in');
  reportFailed(about, 'the effects on its site', () => assert.deepEqual(cluster.sites.effects(site), steps));
  const entries = cluster.sites.entries(site);
  for (const step of steps) {
    const count = (what: SiteOperation['what']): number =>
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

/** Another owner's site was left alone: that everything of it is theirs is checked with them. */
function checkNoSite({ cluster }: Workload, { owner, site, events }: CompanyHistory, about: Complain): void {
  if (cluster.sites.ownerOf(site) === owner) about('the site is its own, and should be taken');
  const reason = events.findLast(endsAttempt)?.reason;
  if (reason !== 'SITE_NAME_TAKEN') about(`it has failed for ${reason}`);
}

/** An attempt is rescued as lost only after three claims, with a fault in each one's worker or in PostgreSQL. */
function checkLostWorkers({ cluster, deployment }: Workload, { id, events }: CompanyHistory, about: Complain): void {
  for (const lost of events.filter(isWorkerLost)) {
    const claims = events.filter((event) => event.attempt === lost.attempt && isClaim(event));
    const since = claims[0]?.at ?? lost.at;
    if (claims.length < 3) about(`attempt ${lost.attempt} was rescued after ${claims.length} claims`);
    for (const incarnation of deployment.workers.flatMap(({ incarnations }) => incarnations)) {
      const held = incarnation.program.log.some(
        (line) => line.msg === 'provisioning started' && line['companyId'] === id && line['attempt'] === lost.attempt,
      );
      if (
        held &&
        !cluster.outages.touch(incarnation.name, since, lost.at) &&
        !cluster.outages.touch('postgres', since, lost.at)
      )
        about(`attempt ${lost.attempt} was rescued, without a fault in ${incarnation.name}, which held it`);
    }
  }
}

/** Reports a failed assertion with the first lines of the difference. */
function reportFailed(complain: Complain, what: string, assertion: () => void): void {
  try {
    assertion();
  } catch (error) {
    complain(`${what}: ${error instanceof Error ? error.message.split('\n').slice(0, 12).join('\n    ') : error}`);
  }
}
