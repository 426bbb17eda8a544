import type { Scheduler } from 'fast-check';
import type { CompanyId } from '../../src/company/company-id.ts';
import { openCompanyStreams } from '../../src/live/company-stream.ts';
import { openLiveness } from '../../src/observability/liveness.ts';
import type { CompanyStore } from '../support/company-store.ts';
import { openActors } from './actors.ts';
import { retryFailed, sendRequests } from './clients.ts';
import { comeToRest, type Injected, inject } from './inject.ts';
import type { History } from './recording-host.ts';
import type { RecordingSmtp } from './recording-smtp.ts';
import type { Scenario } from './scenario.ts';
import { type Watcher, watchCompany } from './watcher.ts';

/** What a run has come to, once all were let run on without faults until nothing was left to do, and every failed company was tried again. */
export interface Outcome {
  /** For each request the companies that its answers named. */
  readonly answers: readonly (readonly CompanyId[])[];
  readonly watchers: ReadonlyMap<CompanyId, Watcher>;
  readonly history: History;
  readonly smtp: RecordingSmtp;
  readonly injected: Injected;
  /** The companies whose lease was alive although nobody worked on them any more. */
  readonly abandoned: readonly string[];
  readonly defects: readonly unknown[];
  /** Ends what the watchers watch. */
  close(): void;
}

/** Lets everybody act side by side as it was drawn, on a database that holds nothing else. */
export async function interleave(store: CompanyStore, scheduler: Scheduler, drawn: Scenario): Promise<Outcome> {
  const actors = openActors(store, scheduler, drawn);
  const { simulation, channel, history, smtp, log } = actors;
  const streams = openCompanyStreams(simulation.patientDb('watchers'), channel, { liveness: openLiveness(), log });
  const watchers = new Map<CompanyId, Watcher>();

  const answers = sendRequests(actors, drawn.plans, (id) => {
    if (!watchers.has(id)) watchers.set(id, watchCompany(streams, id));
  });
  const injected = inject(actors, drawn.injection);
  await simulation.end();
  const abandoned = await comeToRest(actors);
  await retryFailed(actors);
  await comeToRest(actors);
  channel.reconnect();
  return { answers, watchers, history, smtp, injected, abandoned, defects: simulation.defects, close: streams.close };
}
