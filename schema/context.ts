import type { Viewer } from '../src/access/viewer.ts';
import type { Audit } from '../src/audit/audit.ts';
import type { Act } from '../src/company/act.ts';
import type { Moment } from '../src/company/health.ts';
import type { Notifier } from '../src/company/notifier.ts';
import type { CompanyQuotas } from '../src/company/quotas.ts';
import type { Db } from '../src/company/tables.ts';
import type { CompanyStreams } from '../src/live/company-stream.ts';
import type { SecretBox } from '../src/secrets/secret-box.ts';

/** What resolvers work with; the same for every request of a process. */
export interface SchemaDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  readonly secrets: SecretBox;
  readonly streams: CompanyStreams;
  /** The present moment, as companies' health depends on it. */
  readonly moment: () => Promise<Moment>;
  /** The apps that can be asked for, and those that are installed when nothing is asked for. */
  readonly apps: () => Promise<{ readonly offered: readonly string[]; readonly byDefault: readonly string[] }>;
  /** The host names under which this service answers; no site may bear them. */
  readonly ownHosts: readonly string[];
  /** The domains below which sites lie; any when there is none. */
  readonly siteDomains: readonly string[];
  /** How much a customer or partner may have. */
  readonly quotas: CompanyQuotas;
  readonly siteUrl: (siteName: string) => string;
  /** Where what people do is recorded. */
  readonly audit: Audit;
  /** How long a token may live, in seconds. */
  readonly longestTokenLife: number;
  /** Has this process honour what has just been revoked. */
  readonly refreshRevocations: () => Promise<void>;
}

/** Where a stream stands, as its transport keeps it: browsers repeat it by themselves when they come back. */
export interface Position {
  /** The version that the client has seen by its own account. */
  readonly seen?: number | undefined;
  /** The version of the newest event of the stream. */
  version?: number;
  /** The client has seen the company's end. */
  atEnd?: boolean;
}

export interface SchemaContext extends SchemaDeps {
  readonly viewer: Viewer;
  /** The viewer's network address. */
  readonly address: string | undefined;
  readonly position: Position;
  /** The mutation that is under way; undefined in queries and subscriptions. */
  readonly act?: Act;
}
