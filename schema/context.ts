import type { Viewer } from '../src/access/viewer.ts';
import type { Audit } from '../src/audit/audit.ts';
import type { Act } from '../src/company/act.ts';
import type { Moment } from '../src/company/health.ts';
import type { Notifier } from '../src/company/notifier.ts';
import type { DefaultLimits } from '../src/company/quota-limits.ts';
import type { Db } from '../src/company/tables.ts';
import type { CompanyReader } from '../src/live/company-reader.ts';
import type { CompanyStreams } from '../src/live/company-stream.ts';
import type { EventLog } from '../src/live/event-log.ts';
import type { LogStreams } from '../src/live/log-stream.ts';
import type { SecretBox } from '../src/secrets/secret-box.ts';

export interface Usage {
  /** Requests within the present minute, at all processes. */
  requestsOf(owner: string): Promise<number>;
  /** Streams that are open at this process. */
  streamsOf(owner: string): number;
}

/** What resolvers use; the same for every request of a process. */
export interface SchemaDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  readonly secrets: SecretBox;
  readonly companies: CompanyReader;
  readonly streams: CompanyStreams;
  readonly logs: LogStreams;
  readonly eventLog: EventLog;
  /** The present moment, as companies' health depends on it. */
  readonly moment: () => Promise<Moment>;
  /** The apps that can be requested. */
  readonly apps: () => Promise<readonly string[]>;
  /** This service’s own host names; no site may have them. */
  readonly ownHosts: readonly string[];
  /** The domains below which sites must be; any when empty. */
  readonly siteDomains: readonly string[];
  /** The configured limits of customers and partners. */
  readonly quotas: DefaultLimits;
  /** What an owner uses of those limits that PostgreSQL does not count. */
  readonly usage: Usage;
  readonly siteUrl: (siteName: string) => string;
  /** For development: webhooks may go to this machine, and without TLS. */
  readonly allowLoopback: boolean;
  /** Records who did what. */
  readonly audit: Audit;
  /** The longest lifetime of a token, in seconds. */
  readonly longestTokenLife: number;
  /** Makes this process refuse what has just been revoked. */
  readonly refreshRevocations: () => Promise<void>;
}

/** The position of a stream, as its transport keeps it: browsers send it by themselves when they reconnect. */
export interface Position {
  /** What identifies the last event that the client says it has seen. */
  readonly seen?: number | undefined;
  /** The client has seen the last event. */
  atEnd?: boolean;
  /** What identifies an event of this stream, so that the stream resumes after it. */
  idOf?(event: unknown): string;
}

/**
 * Waits while other operations run in this one's place: until `wait` resolves, which it must soon do once its signal aborts, at
 * most so many milliseconds, and no longer than the client does. Counts as a stream of the viewer; throws Refusal when they have too many.
 */
export type WaitAside = (wait: (over: AbortSignal) => Promise<void>, atMost: number) => Promise<void>;

/** For an operation that does what many would: it weighs as much as they do, and others do not wait for it as a whole. */
export interface ManyInOne {
  /** Counts as so many requests instead of one; throws Refusal when the viewer may not make them within this minute. */
  countAs(requests: number): void;
  /** Lets operations that wait go first. Rejects once the client has disconnected, or the viewer's token has ended. */
  nextTurn(): Promise<void>;
}

export interface SchemaContext extends SchemaDeps {
  readonly viewer: Viewer;
  /** The viewer's network address. */
  readonly address: string | undefined;
  /** The operation came in an address, which servers and browsers keep in logs and histories. */
  readonly readsOnly: boolean;
  readonly position: Position;
  readonly waitAside: WaitAside;
  readonly manyInOne: ManyInOne;
  /** The mutation that is under way; undefined in queries and subscriptions. */
  readonly act?: Act;
}
