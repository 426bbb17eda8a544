/**
 * A worker owns a company by a lease.
 *
 * - *Lease*: the right to work on a company until a time by PostgreSQL's clock; heartbeats extend it.
 * - *Fencing token*: a number that every claim raises. Every write of a worker names its token and is refused after a newer
 *   claim, so a worker that was paused beyond its lease can no longer change anything when it resumes.
 * - *Claim*: taking the lease of a waiting company, or of one whose lease expired. An attempt is claimed at most
 *   `maxClaims` times; a claim that its worker released does not count.
 */
import { randomUUID } from 'node:crypto';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import { type MovedCompany, moveCompany } from '../company/move-company.ts';
import { type CompanyRow, type Db, inMilliseconds, now, type Tables } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import { Interruption } from './interruption.ts';

export interface LeaseTimes {
  /** How long a lease lasts without a heartbeat, in milliseconds. */
  readonly lease: number;
  /** The pause between heartbeats, in milliseconds; a cancel is noticed with the next one. */
  readonly heartbeat: number;
  /** How long an attempt may take in all, in milliseconds. */
  readonly attempt: number;
}

export const maxClaims = 3;

/**
 * How long a worker may own a company after its attempt's deadline, in milliseconds, to stop the work or roll back a
 * cancelled site. One that is not done by then hangs, although its heartbeat continues.
 */
const ownershipAfterDeadline = 90_000;

/** A claimed company, and the token under which to write. */
export interface Claim {
  readonly company: MovedCompany;
  readonly fencingToken: number;
  /** The attempt's remaining time when it was claimed, in milliseconds by PostgreSQL's clock. */
  readonly remaining: number;
  /** How long the company had waited for its attempt's first claim, in milliseconds; undefined after a take-over. */
  readonly waited: number | undefined;
}

type CompanyExpressions = ExpressionBuilder<Tables, 'company'>;

/** The lease is free: it was released, or it expired without a heartbeat. */
const leaseIsFree = (company: CompanyExpressions): Expression<SqlBool> =>
  company.or([company('leased_until', 'is', null), company('leased_until', '<', now)]);

/** An attempt that nobody owns and no worker will take over: it was lost with its worker too often, or its deadline has passed. */
export const isLost = (company: CompanyExpressions): Expression<SqlBool> =>
  company.and([
    company('status', '=', 'PROVISIONING'),
    leaseIsFree(company),
    company.or([company('claims', '>=', maxClaims), company('deadline_at', '<=', now)]),
  ]);

/** It waits for a worker: it is queued, or its worker lost or released it. */
export const waits = (company: CompanyExpressions): Expression<SqlBool> =>
  company.or([
    company('status', '=', 'QUEUED'),
    company.and([company('status', '=', 'PROVISIONING'), leaseIsFree(company), company.not(isLost(company))]),
  ]);

/**
 * Claims the company for `worker`; undefined when it does not wait, another worker owns it or it was claimed too often.
 * While the database is unavailable the claim is retried until `signal` aborts; `onTry` is called before each try.
 */
export async function claimCompany(
  db: Db,
  id: CompanyId,
  worker: string,
  times: LeaseTimes,
  signal: AbortSignal,
  onTry?: () => void,
): Promise<Claim | undefined> {
  const leaseId = randomUUID();
  const claimFrom = (status: 'QUEUED' | 'PROVISIONING') =>
    retryWhileUnavailable(() => tryClaim(db, id, status, { worker, leaseId, times }), signal, onTry);
  const company =
    (await claimFrom('QUEUED')) ??
    (await claimFrom('PROVISIONING')) ??
    (await retryWhileUnavailable(() => findClaimed(db, id, leaseId), signal, onTry));
  if (!company?.deadline_at || !company.leased_since || !company.queued_at) return undefined;
  const claimedAt = company.leased_since.getTime();
  const isFirst = company.provisioning_started_at?.getTime() === claimedAt;
  return {
    company,
    fencingToken: company.fencing_token,
    remaining: company.deadline_at.getTime() - claimedAt,
    waited: isFirst ? claimedAt - company.queued_at.getTime() : undefined,
  };
}

/** Claims a queued company, or takes over one that its worker lost or released. */
const tryClaim = (
  db: Db,
  id: CompanyId,
  from: 'QUEUED' | 'PROVISIONING',
  { worker, leaseId, times }: { worker: string; leaseId: string; times: LeaseTimes },
): Promise<MovedCompany | undefined> =>
  moveCompany(db, id, {
    to: 'PROVISIONING',
    event: { kind: from === 'QUEUED' ? 'CLAIMED' : 'TAKEN_OVER' },
    when: (company) => company.and([company('status', '=', from), waits(company)]),
    set: {
      site_status: 'CREATING',
      fencing_token: sql<number>`fencing_token + 1`,
      claims: sql<number>`claims + 1`,
      lease_writes: 0,
      retrying: null,
      lease_id: leaseId,
      leased_by: worker,
      leased_since: now,
      // A take-over continues the turn that its customer or partner has had.
      ...(from === 'QUEUED' ? { served_at: now } : {}),
      leased_until: inMilliseconds(times.lease),
      deadline_at: sql<Date>`coalesce(deadline_at, ${inMilliseconds(times.attempt)})`,
      provisioning_started_at: sql<Date>`coalesce(provisioning_started_at, now())`,
    },
  });

/** A claim that was made although its answer was lost. */
const findClaimed = (db: Db, id: CompanyId, leaseId: string): Promise<CompanyRow | undefined> =>
  db
    .selectFrom('company')
    .selectAll()
    .where((company) => company.and({ id, lease_id: leaseId, status: 'PROVISIONING' }))
    .executeTakeFirst();

/**
 * Sends heartbeats until it is closed, and interrupts when the lease is lost or a cancel was requested. A heartbeat that fails
 * while the database is unavailable is retried; once the lease has expired meanwhile, it is lost. It is lost as well some
 * time after the deadline, when any process may end the attempt.
 */
export function keepLease(
  db: Db,
  claim: Claim,
  { times, liveness }: { readonly times: LeaseTimes; readonly liveness: Liveness },
  interrupt: (interruption: Interruption) => void,
): { close(): void } {
  const life = liveness.watch('lease renewal', times.lease + turnLimit);
  let ownedUntil = performance.now() + times.lease;
  let beating = false;

  const close = (): void => {
    clearInterval(timer);
    life[Symbol.dispose]();
  };
  const lost = (): void => {
    close();
    interrupt(new Interruption('lease-lost'));
  };

  const beat = async (): Promise<void> => {
    const sentAt = performance.now();
    const row = await db
      .updateTable('company')
      .set({ leased_until: inMilliseconds(times.lease) })
      .where((company) => isOwned(company, claim))
      .where('deadline_at', '>', inMilliseconds(-ownershipAfterDeadline))
      .returning('cancel_requested_at')
      .executeTakeFirst();
    if (!row) return lost();
    ownedUntil = sentAt + times.lease;
    if (row.cancel_requested_at) interrupt(new Interruption('cancelled'));
  };

  const timer = setInterval(() => {
    if (performance.now() > ownedUntil) return lost();
    if (beating) return;
    beating = true;
    beat()
      .catch(() => {
        // The database is unavailable: the next heartbeat reaches it, or the lease expires above.
      })
      .finally(() => {
        beating = false;
        life.goesOn();
      });
  }, times.heartbeat);
  return { close };
}

/** Nobody has claimed it since, and it was not released. */
const isOwned = (company: CompanyExpressions, claim: Claim): Expression<SqlBool> =>
  company.and([
    company.and({ id: claim.company.id, fencing_token: claim.fencingToken, status: 'PROVISIONING' }),
    company('leased_until', 'is not', null),
  ]);

/** Releases the company for another worker to take over at once; the claim does not count. Undefined when another one has it. */
export async function releaseLease(db: Db, claim: Claim): Promise<CompanyRow | undefined> {
  return db
    .updateTable('company')
    .set({ leased_by: null, leased_since: null, leased_until: null, claims: sql<number>`claims - 1` })
    .where((company) => isOwned(company, claim))
    .returningAll()
    .executeTakeFirst();
}
