/**
 * A worker holds a company by a lease.
 *
 * - *Lease*: the right to work on a company until a time by PostgreSQL's clock; heartbeats extend it.
 * - *Fencing token*: a number that every claim raises. Every write of a worker names its token and is refused when a
 *   newer one is out, so a worker that slept through its lease changes nothing when it wakes up.
 * - *Claim*: taking the lease of a company that waits, or of one whose lease ran out. An attempt is claimed at most
 *   `maxClaims` times; a worker that hands its work back does not count.
 */
import { randomUUID } from 'node:crypto';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import { moveCompany } from '../company/move-company.ts';
import { type CompanyRow, type Db, inMilliseconds, now, type Tables } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import { Interruption } from './interruption.ts';

export interface LeaseTimes {
  /** How long a lease lasts without a heartbeat, in milliseconds. */
  readonly lease: number;
  /** How often the heart beats, in milliseconds; a cancel is noticed with the next beat. */
  readonly heartbeat: number;
  /** How long an attempt may take in all, in milliseconds. */
  readonly attempt: number;
}

export const maxClaims = 3;

/**
 * How long a worker may hold a company beyond its attempt's deadline, in milliseconds: it stops the work, or rolls back a
 * cancelled site. One that is not done by then hangs, although its heart beats.
 */
const holdAfterDeadline = 90_000;

/** A claimed company: what is known of it, and the token under which to write. */
export interface Claim {
  readonly company: CompanyRow;
  readonly fencingToken: number;
  /** The attempt's remaining time when it was claimed, in milliseconds by PostgreSQL's clock. */
  readonly remaining: number;
  /** How long the company had waited for its attempt's first claim, in milliseconds; undefined when it was taken over. */
  readonly waited: number | undefined;
}

type CompanyExpressions = ExpressionBuilder<Tables, 'company'>;

/** The lease is free: nobody holds it, or its holder has not been heard of for too long. */
const leaseIsFree = (company: CompanyExpressions): Expression<SqlBool> =>
  company.or([company('leased_until', 'is', null), company('leased_until', '<', now)]);

/** An attempt that nobody holds and nobody will take up: it was lost with its worker too often, or its time is over. */
export const isLost = (company: CompanyExpressions): Expression<SqlBool> =>
  company.and([
    company('status', '=', 'PROVISIONING'),
    leaseIsFree(company),
    company.or([company('claims', '>=', maxClaims), company('deadline_at', '<=', now)]),
  ]);

/** It waits for a worker: it is queued, or its worker is gone or has handed it back. */
export const waits = (company: CompanyExpressions): Expression<SqlBool> =>
  company.or([
    company('status', '=', 'QUEUED'),
    company.and([company('status', '=', 'PROVISIONING'), leaseIsFree(company), company.not(isLost(company))]),
  ]);

/**
 * Takes the company for `worker`; undefined when it does not wait, is held by another or was claimed too often.
 * While the database is away it is tried again until `signal` aborts; `onTry` hears of each try.
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

/** Claims a queued company, or takes over one whose worker is gone or has handed it back. */
const tryClaim = (
  db: Db,
  id: CompanyId,
  from: 'QUEUED' | 'PROVISIONING',
  { worker, leaseId, times }: { worker: string; leaseId: string; times: LeaseTimes },
): Promise<CompanyRow | undefined> =>
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
      // A take-over goes on with the turn that the attempt has had.
      ...(from === 'QUEUED' ? { served_at: now } : {}),
      leased_until: inMilliseconds(times.lease),
      deadline_at: sql<Date>`coalesce(deadline_at, ${inMilliseconds(times.attempt)})`,
      provisioning_started_at: sql<Date>`coalesce(provisioning_started_at, now())`,
    },
  });

/** A claim that was made although its answer got lost. */
const findClaimed = (db: Db, id: CompanyId, leaseId: string): Promise<CompanyRow | undefined> =>
  db
    .selectFrom('company')
    .selectAll()
    .where((company) => company.and({ id, lease_id: leaseId, status: 'PROVISIONING' }))
    .executeTakeFirst();

/**
 * Beats until it is closed, and tells through `stop` when the lease is lost or a cancel was asked for.
 * A beat that fails because the database is away is tried again; once the lease has run out meanwhile, it is lost. So it
 * is some time after the deadline: anybody may end the attempt then.
 */
export function keepLease(
  db: Db,
  claim: Claim,
  { times, liveness }: { readonly times: LeaseTimes; readonly liveness: Liveness },
  stop: (reason: Interruption) => void,
): { close(): void } {
  const life = liveness.watch('lease renewal', times.lease + turnLimit);
  let heldUntil = performance.now() + times.lease;
  let beating = false;

  const close = (): void => {
    clearInterval(timer);
    life[Symbol.dispose]();
  };
  const lost = (): void => {
    close();
    stop(new Interruption('lease-lost'));
  };

  const beat = async (): Promise<void> => {
    const sentAt = performance.now();
    const row = await db
      .updateTable('company')
      .set({ leased_until: inMilliseconds(times.lease) })
      .where((company) => isHeld(company, claim))
      .where('deadline_at', '>', inMilliseconds(-holdAfterDeadline))
      .returning('cancel_requested_at')
      .executeTakeFirst();
    if (!row) return lost();
    heldUntil = sentAt + times.lease;
    if (row.cancel_requested_at) stop(new Interruption('cancelled'));
  };

  const timer = setInterval(() => {
    if (performance.now() > heldUntil) return lost();
    if (beating) return;
    beating = true;
    beat()
      .catch(() => {
        // The database is away: the next beat finds it again, or the lease runs out above.
      })
      .finally(() => {
        beating = false;
        life.goesOn();
      });
  }, times.heartbeat);
  return { close };
}

/** Nobody has claimed it since, and it was not handed back. */
const isHeld = (company: CompanyExpressions, claim: Claim): Expression<SqlBool> =>
  company.and([
    company.and({ id: claim.company.id, fencing_token: claim.fencingToken, status: 'PROVISIONING' }),
    company('leased_until', 'is not', null),
  ]);

/** Hands the company back at once, for another worker to take up; the claim does not count. Undefined when another one has it. */
export async function releaseLease(db: Db, claim: Claim): Promise<CompanyRow | undefined> {
  return db
    .updateTable('company')
    .set({ leased_by: null, leased_since: null, leased_until: null, claims: sql<number>`claims - 1` })
    .where((company) => isHeld(company, claim))
    .returningAll()
    .executeTakeFirst();
}
