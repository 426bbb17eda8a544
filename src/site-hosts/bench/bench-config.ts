/** Which bench to drive, and how to reach it. */
export interface BenchConfig {
  /** The bench's folder on the machine that it is on; it holds `sites/` and `env/bin/python`. */
  readonly path: string;
  /** The words before the bench's Python when it is elsewhere: `docker compose exec -T backend`, `ssh frappe@host`. */
  readonly exec: readonly string[];
  /** What sites' databases are made with; what is left out is as the bench's own configuration says. */
  readonly database: {
    readonly type?: 'mariadb' | 'postgres' | undefined;
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly adminName?: string | undefined;
    readonly adminPassword?: string | undefined;
    /** From where a site's own user may log in (MariaDB), `%` when database and bench are different machines. */
    readonly loginScope?: string | undefined;
  };
  /** Whether sites begin with a template where there is one, and leave one; they do unless this is false. */
  readonly templates?: boolean;
  /** The time zone of sites that are asked for without one (IANA); without it that of their country's capital. */
  readonly timeZone?: string | undefined;
  /** Where the bench's sites are served, for checks over HTTP with a Host header; without it they are made inside the bench. */
  readonly webUrl?: string | undefined;
}
