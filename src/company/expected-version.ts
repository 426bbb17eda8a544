import type { EventKind } from './event-kind.ts';
import type { CompanyRow, Db } from './tables.ts';

/**
 * How a company compares with the version that a request expects: at it, at a later one that such a request has led to,
 * so that this one may be its repetition, or neither.
 */
export async function compareVersion(
  db: Db,
  company: CompanyRow,
  expected: number | undefined,
  ledTo: readonly EventKind[],
): Promise<'current' | 'repeated' | 'conflict'> {
  if (expected === undefined || expected === company.version) return 'current';
  if (expected > company.version) return 'conflict';
  const next = await db
    .selectFrom('company_event')
    .select('kind')
    .where('company_id', '=', company.id)
    .where('version', '=', expected + 1)
    .executeTakeFirst();
  return next && ledTo.includes(next.kind) ? 'repeated' : 'conflict';
}
