// The invariants of ARCHITECTURE.md, checked on every company after a run.

import assert from 'node:assert/strict';
import type { CompanyId } from '../../src/company/company-id.ts';
import { isFinal } from '../../src/company/status.ts';
import { failureSentence } from '../../src/language/failure-sentence.ts';
import { languageFor } from '../../src/language/language.ts';
import type { CompanyStore } from '../support/company-store.ts';
import { isClaim } from '../support/event-log.ts';
import { requestFor } from '../support/test-service.ts';
import type { Outcome } from './interleaving.ts';
import { makingSteps } from './recording-host.ts';

type Kept = Awaited<ReturnType<CompanyStore['all']>>;

/** Holds for the database and the histories of a run that has come to rest. */
export async function assertInvariants(store: CompanyStore, outcome: Outcome): Promise<void> {
  assert.deepEqual(outcome.defects, []);
  assert.deepEqual(outcome.history.violations, []);
  assert.ok(outcome.abandoned.length <= outcome.injected.shutdowns, 'a worker ended and kept its lease');

  const ids = await store.em.execute<{ id: CompanyId }[]>('select id from company order by position');
  for (const answers of outcome.answers) assert.equal(new Set(answers).size, 1, 'one company for one idempotency key');
  assert.deepEqual(new Set(ids.map(({ id }) => id)), new Set(outcome.answers.flat()), 'those asked for and no others');
  for (const { id } of ids) {
    const kept = await store.all(id);
    assertAttempts(kept, outcome);
    assertMails(kept, outcome);
    assertSite(kept, outcome);
    await assertWatched(kept, outcome);
  }
}

function assertAttempts({ company, events }: Kept, { injected, abandoned }: Outcome): void {
  assert.ok(
    company.status === 'DRAFT' || company.status === 'ACTIVE',
    `${company.status}, although all has gone well at last`,
  );
  const lost = [...injected.lapsed, ...abandoned].filter((id) => id === company.id).length + injected.shutdowns;
  const claims = events.filter(isClaim).length;
  assert.ok(
    claims <= company.attempt + lost,
    `claimed ${claims} times in ${company.attempt} attempts, lost ${lost} times`,
  );

  assertStepsInOrder(events);
  const stopped = new Set(events.filter(({ kind }) => kind === 'CANCEL_REQUESTED').map(({ attempt }) => attempt));
  for (const { attempt, status } of events) {
    assert.ok(status !== 'ACTIVE' || !stopped.has(attempt), 'a cancel that was answered is obeyed');
  }
}

const inOrder = ['preflight', ...makingSteps].flatMap((step) => [`STEP_STARTED ${step}`, `STEP_COMPLETED ${step}`]);

/** Each claim runs the steps from the first on, and writes each start and end once, however often it had to send it. */
function assertStepsInOrder(events: Kept['events']): void {
  let written: string[] = [];
  for (const event of events) {
    if (isClaim(event)) written = [];
    if (event.kind !== 'STEP_STARTED' && event.kind !== 'STEP_COMPLETED') continue;
    written.push(`${event.kind} ${event.step}`);
    assert.deepEqual(written, inOrder.slice(0, written.length), 'what one claim wrote');
  }
}

const { adminPassword } = requestFor('any.localhost');

/** One mail for each attempt that ended; a second copy only where a sender could not know of the first; then no password. */
function assertMails({ company, events, mails }: Kept, { smtp, injected }: Outcome): void {
  assert.deepEqual(
    mails.map(({ attempt, kind }) => [attempt, kind]),
    events
      .filter(({ status }) => isFinal(status))
      .map(({ attempt, status }) => [attempt, status === 'ACTIVE' ? 'SITE_READY' : 'SITE_FAILED']),
    'one mail for each attempt that ended',
  );
  for (const { id, state, failure } of mails) {
    const messageId = `<${id}@${company.site_name}>`;
    const copies = smtp.accepted.filter((mail) => mail.messageId === messageId);
    const unknown = smtp.unanswered.filter((unanswered) => unanswered === messageId).length;
    const overtaken = injected.silenced.filter((silenced) => silenced === id).length;
    assert.ok(copies.length <= 1 + unknown + overtaken, `${copies.length} copies of a mail`);
    assert.ok(copies.length > 0 || state === 'REFUSED', 'what was sent has arrived');
    const sentence = failure && failureSentence(languageFor(company.locale), failure, company);
    for (const { text } of copies) assert.equal(text, sentence ?? adminPassword);
  }
  const known = new Set(mails.map(({ id }) => `<${id}@${company.site_name}>`));
  for (const { messageId } of smtp.accepted) {
    assert.ok(
      known.has(messageId) || !messageId.endsWith(`@${company.site_name}>`),
      'every delivery attempt has the same Message-ID',
    );
  }
  const readySent = mails.some(({ kind, state }) => kind === 'SITE_READY' && state === 'SENT');
  assert.equal(company.sealed_password === null, readySent, 'the password is erased with its mail, and not before');
}

function assertSite({ company }: Kept, { history }: Outcome): void {
  const site = new Map(history.made.get(company.id));
  if (company.site_status === 'ACTIVE') {
    assert.deepEqual(site, new Map(makingSteps.map((step) => [step, 'whole'])), 'each effect is there once');
  }
  if (company.site_status === 'NOT_CREATED') assert.equal(site.size, 0, 'nothing is left of the site');
}

async function assertWatched({ company, events }: Kept, { watchers }: Outcome): Promise<void> {
  const watcher = watchers.get(company.id) ?? assert.fail('every company is watched');
  await watcher.sent(company.version);
  const versions = events.map(({ version }) => version);
  assert.deepEqual(watcher.seen, versions, 'without a gap or a double');
}
