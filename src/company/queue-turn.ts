import type { CompanyRow } from './tables.ts';

/** Names one waiting of a company for a worker: another attempt or another claim is another turn. */
export const queueTurn = (company: Pick<CompanyRow, 'attempt' | 'fencing_token'>): string =>
  `${company.attempt}.${company.fencing_token}`;
