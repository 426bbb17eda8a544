import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Viewer } from '../src/access/viewer.ts';
import type { Bell } from '../src/company/bell.ts';
import type { SecretBox } from '../src/company/secret-box.ts';
import type { CompanyStreams } from '../src/live/company-stream.ts';

/** What resolvers work with; the same for every request of a process. */
export interface SchemaDeps {
  readonly em: SqlEntityManager;
  readonly bell: Bell;
  readonly secrets: SecretBox;
  readonly streams: CompanyStreams;
  /** The apps that can be asked for, and those that are installed when nothing is asked for. */
  readonly apps: () => Promise<{ readonly offered: readonly string[]; readonly byDefault: readonly string[] }>;
  /** The host names under which this service answers; no site may bear them. */
  readonly ownHosts: readonly string[];
  readonly siteUrl: (siteName: string) => string;
}

export interface SchemaContext extends SchemaDeps {
  readonly viewer: Viewer;
}
