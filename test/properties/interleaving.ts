import type { Scheduler } from 'fast-check';
import type { CompanyId } from '../../src/company/company-id.ts';
import { openCompanyStreams } from '../../src/live/company-stream.ts';
import { openLiveness } from '../../src/observability/liveness.ts';
import type { CompanyStore } from '../support/company-store.ts';
import { type Befallen, comeToRest, letBefall } from './befall.ts';
import { openCast } from './cast.ts';
import type { Ledger } from './ledger-host.ts';
import type { LedgerSmtp } from './ledger-smtp.ts';
import { placeOrders, retryFailed } from './portals.ts';
import type { Scenario } from './scenario.ts';
import { type Watcher, watchCompany } from './watcher.ts';

/** What a run has come to, once all were let run on without faults until nothing was left to do, and every failed company was tried again. */
export interface Outcome {
  /** For each order the companies that its answers named. */
  readonly answers: readonly (readonly CompanyId[])[];
  readonly watchers: ReadonlyMap<CompanyId, Watcher>;
  readonly ledger: Ledger;
  readonly smtp: LedgerSmtp;
  readonly befallen: Befallen;
  /** The companies whose lease was alive although nobody worked on them any more. */
  readonly abandoned: readonly string[];
  readonly defects: readonly unknown[];
  /** Ends what the watchers watch. */
  close(): void;
}

/** Lets everybody act side by side as it was drawn, on a database that holds nothing else. */
export async function interleave(store: CompanyStore, scheduler: Scheduler, drawn: Scenario): Promise<Outcome> {
  const cast = openCast(store, scheduler, drawn);
  const { stage, channel, ledger, smtp, log } = cast;
  const streams = openCompanyStreams(stage.patientDb('watchers'), channel, { liveness: openLiveness(), log });
  const watchers = new Map<CompanyId, Watcher>();

  const answers = placeOrders(cast, drawn.orders, (id) => {
    if (!watchers.has(id)) watchers.set(id, watchCompany(streams, id));
  });
  const befallen = letBefall(cast, drawn.befalling);
  await stage.end();
  const abandoned = await comeToRest(cast);
  await retryFailed(cast);
  await comeToRest(cast);
  channel.reconnect();
  return { answers, watchers, ledger, smtp, befallen, abandoned, defects: stage.defects, close: streams.close };
}
