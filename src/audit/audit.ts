import { openPerMinute } from '../common/per-minute.ts';
import { type NewAuditEntry, nobody } from '../company/act.ts';
import type { Db } from '../company/tables.ts';
import type { Log } from '../observability/log.ts';
import { keyOf, openTally } from './tally.ts';

/**
 * Writes into the audit log what is not recorded with a change: refusals, and who has read what. It does so in the
 * background: no request waits for it, and an entry that cannot be written is logged instead.
 */
export interface Audit {
  /** Records one entry. Of a subject who comes too often, and while very many wait to be written, it is only counted. */
  record(entry: NewAuditEntry): void;
  /** Records that an operator read something of a company: at most once a minute. */
  read(entry: NewAuditEntry): void;
  /** Counts a refused log-in from this network: equal refusals within a minute are one entry. */
  refusedLogIn(reason: string, network: string | undefined): void;
  /** Writes what is left, as far as the database answers. */
  close(): Promise<void>;
}

/** How many entries a subject gets one by one within a minute. */
const mostEach = 300;
/** How many entries may wait to be written, and how many are written at once. */
const mostWaiting = 1_000;
const batch = 100;
/** In milliseconds: how often what was counted is written, and how long closing waits for the database. */
const minute = 60_000;
const closeLimit = 2_000;

type CountedEntry = NewAuditEntry & { readonly count: number };

export function openAudit(db: Db, log: Log): Audit {
  const recorded = openPerMinute();
  const readings = openPerMinute();
  const tally = openTally();
  const waiting: CountedEntry[] = [];
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const entries = waiting.splice(0, batch);
      await insert(db, entries).catch((err: unknown) => log.error({ err, entries }, 'could not write audit entries'));
    }
    writing = undefined;
  }
  function enqueue(...entries: readonly CountedEntry[]): void {
    waiting.push(...entries);
    writing ??= writeAll();
  }

  const flush = (): void => enqueue(...tally.take());
  // While the database is unavailable, counting continues.
  const timer = setInterval(() => waiting.length < mostWaiting && flush(), minute);
  return {
    record(entry) {
      const isTooMuch = recorded.count(entry.actor.subject ?? '', mostEach) !== undefined;
      if (isTooMuch || waiting.length >= mostWaiting) tally.count({ ...entry, companyId: undefined });
      else enqueue({ ...entry, count: 1 });
    },
    read(entry) {
      if (readings.count(keyOf(entry), 1) !== undefined) return;
      if (waiting.length >= mostWaiting) tally.count(entry);
      else enqueue({ ...entry, count: 1 });
    },
    refusedLogIn: (reason, network) =>
      tally.count({ actor: { ...nobody, address: network }, action: 'LOG_IN', outcome: reason, companyId: undefined }),
    async close() {
      clearInterval(timer);
      flush();
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, closeLimit).unref())]);
    },
  };
}

async function insert(db: Db, entries: readonly CountedEntry[]): Promise<void> {
  await db
    .insertInto('audit_entry')
    .values(
      entries.map(({ actor, action, outcome, companyId, count }) => ({
        action,
        outcome,
        subject: actor.subject ?? null,
        tenant: actor.tenant ?? null,
        roles: [...actor.roles],
        token_id: actor.tokenId ?? null,
        key_id: actor.keyId ?? null,
        address: actor.address ?? null,
        company_id: companyId ?? null,
        count,
      })),
    )
    .execute();
}
