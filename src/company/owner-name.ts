import type { CompanyId } from './company-id.ts';
import type { CompanyRow } from './tables.ts';

/**
 * The name by which anything outside the database is recognised as a company's own, e.g.
 * `COMP-2026-00001.0b0e6f3c-…`. Ids repeat: after a restored backup, in a copy of the database, and in any other database
 * whose sites are on the same bench. The random part is the row's own.
 */
export type OwnerName = `${CompanyId}.${string}`;

export const ownerName = ({ id, identity }: Pick<CompanyRow, 'id' | 'identity'>): OwnerName => `${id}.${identity}`;
