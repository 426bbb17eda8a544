import { NotConnected } from '../api.ts';
import type { App } from '../app.ts';
import { ServiceDocument, type ServiceQuery } from '../operations.ts';

export type ServiceStatus = ServiceQuery['serviceStatus'];

/** The figures of one reading, for charts. */
export interface Sample {
  readonly waiting: number;
  readonly running: number;
  readonly stalled: number;
  readonly undelivered: number;
}

/** What the service is doing, read again every few seconds while the page is looked at. */
export interface WatchedService {
  /** Undefined until it is known. */
  readonly status: ServiceStatus | undefined;
  /** Since the page was opened, oldest first; of the last quarter of an hour. */
  readonly samples: readonly Sample[];
  /** Why the newest reading failed, for people. */
  readonly fault: string | undefined;
  readonly reload: () => Promise<void>;
}

/** Between two readings, in milliseconds. */
const pause = 3_000;
const mostSamples = 300;

export function watchService(app: App, signal: AbortSignal): WatchedService {
  let status: ServiceStatus | undefined;
  let fault: string | undefined;
  const samples: Sample[] = [];

  async function reload(): Promise<void> {
    try {
      ({ serviceStatus: status } = await app.request(ServiceDocument, {}, signal));
      const { waiting, runningCount: running, stalled, undeliveredMails } = status;
      samples.push({ waiting, running, stalled, undelivered: undeliveredMails.edges.length });
      samples.splice(0, samples.length - mostSamples);
      fault = undefined;
    } catch (error) {
      if (signal.aborted) return;
      fault = error instanceof NotConnected ? 'The service cannot be reached; these figures are old.' : String(error);
    }
    app.update();
  }

  async function keepReading(): Promise<void> {
    while (!signal.aborted) {
      if (!document.hidden) await reload();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  keepReading();

  return {
    get status() {
      return status;
    },
    get fault() {
      return fault;
    },
    samples,
    reload,
  };
}
