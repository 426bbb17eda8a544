import { Kysely, type KyselyPlugin, PostgresDialect, type PostgresPoolClient } from 'kysely';
import { Client } from 'pg';
import type { Db, Tables } from '../../src/company/tables.ts';
import { parseDatabaseUrl } from '../../src/database/database-url.ts';
import { ServerPool } from '../../src/database/server-pool.ts';
import { startUpOptions, withLimits } from '../../src/database/session-settings.ts';

/** A statement that was executed, with PostgreSQL's plan of it: of the statement itself, or of one in a function that it calls. */
export interface ExecutedStatement {
  readonly text: string;
  readonly plan: PlanNode;
}

/** A node of a plan with what it came to (EXPLAIN ANALYZE). */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

export interface ExplainedDatabase {
  readonly db: Db;
  /** Where statements were executed, `src/company/act.ts:12`. */
  readonly sites: ReadonlySet<string>;
  /** How many statements were executed since `take` was called last, without those of functions. */
  readonly executions: number;
  /** What was executed since it was called last. */
  take(): readonly ExecutedStatement[];
  close(): Promise<void>;
}

/** A database as the service has it, where each statement is executed twice: before its turn in a transaction that explains it and is rolled back. */
export async function openExplainedDatabase(url: string): Promise<ExplainedDatabase> {
  let executed: ExecutedStatement[] = [];
  let executions = 0;
  const explaining = new Client({ connectionString: url, options: startUpOptions(withLimits) });
  await explaining.connect();
  await explaining.query(`load 'auto_explain'`);
  for (const [name, value] of Object.entries(explainer)) await explaining.query(`set auto_explain.${name} = ${value}`);
  explaining.on('notice', ({ message = '' }) => {
    const [, json] = /^duration: .* plan:\n(.*)$/s.exec(message) ?? [];
    if (json === undefined) return;
    const { 'Query Text': text, Plan: plan } = JSON.parse(json);
    executed.push({ text, plan });
  });
  let before: Promise<unknown> = Promise.resolve();
  const explain = async (sql: string, values: readonly unknown[]): Promise<void> => {
    await explaining.query('begin');
    try {
      await explaining.query(sql, [...values]);
    } finally {
      await explaining.query('rollback');
    }
  };
  const explainInTurn = (sql: string, values: readonly unknown[]): Promise<void> => {
    const explained = before.then(() => explain(sql, values));
    before = explained.catch(() => {});
    return explained;
  };

  const pool = new ServerPool(parseDatabaseUrl(url), { settings: withLimits, max: 4 });
  const explained = {
    options: pool.options,
    async connect(): Promise<PostgresPoolClient> {
      const client = await pool.connect();
      const query = async (sql: string, values: readonly unknown[]) => {
        await explainInTurn(sql, values);
        executions += 1;
        return client.query(sql, [...values]);
      };
      // Cast: Kysely asks with a cursor only where it was given a class of cursors.
      return { query: query as PostgresPoolClient['query'], release: () => client.release() };
    },
    end: () => pool.end(),
  };
  const sites = new Set<string>();
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: explained }),
    plugins: [recordSites(sites)],
  });
  return {
    db: kysely,
    sites,
    get executions() {
      return executions;
    },
    take() {
      const taken = executed;
      executed = [];
      executions = 0;
      return taken;
    },
    async close() {
      await kysely.destroy();
      await explaining.end();
    },
  };
}

const explainer = {
  log_min_duration: '0',
  log_nested_statements: 'on',
  log_analyze: 'on',
  log_timing: 'off',
  log_format: 'json',
  log_level: 'notice',
};

/** Adds the line that executes each statement: Kysely compiles it while the caller is still on the stack. */
function recordSites(sites: Set<string>): KyselyPlugin {
  const root = new URL('../../', import.meta.url).href;
  return {
    transformQuery({ node }) {
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 30;
      const { stack = '' } = new Error();
      Error.stackTraceLimit = stackTraceLimit;
      for (const [, file, line] of stack.matchAll(/(\S+\.ts):(\d+):\d+/g)) {
        const [, path] = file?.split(root) ?? [];
        if (path && /^(src|schema|jobs)\//.test(path)) sites.add(`${path}:${line}`);
      }
      return node;
    },
    transformResult: async ({ result }) => result,
  };
}
