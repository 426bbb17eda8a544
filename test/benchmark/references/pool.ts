import { Pool } from 'pg';

/** As many connections as the service has; undefined without a DATABASE_URL. */
export function openPool(): Pool | undefined {
  const { DATABASE_URL: connectionString } = process.env;
  return connectionString === undefined ? undefined : new Pool({ connectionString, max: 10 });
}
