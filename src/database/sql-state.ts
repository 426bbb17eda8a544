/** The SQLSTATE of an error that PostgreSQL answered with (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The server takes no writes: it is a standby, or was made read-only. */
export const isReadOnly = (error: unknown): boolean => sqlStateOf(error) === '25006';

/** Rolled back as a whole, and no fault of the statement: a serialization failure, a deadlock, a server that takes no writes. */
export const isWorthRepeating = (error: unknown): boolean =>
  ['40001', '40P01', '25006'].includes(sqlStateOf(error) ?? '');

/** The connection is no longer usable: the server is ending it, it broke, or it has gone silent. */
export const endsConnection = (error: unknown): boolean => {
  const state = sqlStateOf(error);
  return state === undefined || /^(08...|57P0[1-5]|25006)$/.test(state);
};

/** The statement's result has changed since it was prepared, or the server does not know it by that name, or knows another one by it. */
export const isOfPreparation = (error: unknown): boolean =>
  ['0A000', '26000', '42P05'].includes(sqlStateOf(error) ?? '');
