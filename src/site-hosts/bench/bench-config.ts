/** Which bench to drive, and how to reach it. */
export interface BenchConfig {
  /** The bench's folder on its own machine; it contains `sites/` and `env/bin/python`. */
  readonly path: string;
  /** The command before the bench's Python when it is on another machine: `docker compose exec -T backend`, `ssh frappe@host`. */
  readonly exec: readonly string[];
  /** Where and how sites' databases are created; the bench's own configuration supplies what is left out. */
  readonly database: {
    readonly type?: 'mariadb' | 'postgres' | undefined;
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly adminName?: string | undefined;
    readonly adminPassword?: string | undefined;
    /** The hosts that a site's own user may log in from (MariaDB); `%` when database and bench are different machines. */
    readonly loginScope?: string | undefined;
  };
  /** Whether sites are created from templates and leave templates; true unless set. */
  readonly templates?: boolean;
  /** The time zone of sites that are requested without one (IANA); without it that of their country's capital. */
  readonly timeZone?: string | undefined;
  /** Where the bench's sites are served, for checks over HTTP with a Host header; without it the checks run inside the bench. */
  readonly webUrl?: string | undefined;
}
