import type { AuditAction } from '../src/company/audit-entry.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { actorOf } from './audited.ts';
import type { SchemaContext } from './context.ts';

/** Records that an operator reads what only operators see of another's company, or of what concerns no company. */
export function recordReading(
  context: SchemaContext,
  action: AuditAction,
  company: Pick<CompanyRow, 'id' | 'created_by'> | undefined,
): void {
  if (company?.created_by === context.viewer.owner) return;
  context.audit.read({ actor: actorOf(context), action, outcome: 'READ', companyId: company?.id });
}
