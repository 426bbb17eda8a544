import { type CompanyId, parseCompanyId } from '../src/company/company-id.ts';

/** What every job carries: which company to look at. */
export interface CompanyJob {
  readonly companyId: CompanyId;
}

/** The payload as it came out of Redis; throws when it is not one of ours. */
export function parseCompanyJob(payload: unknown): CompanyJob {
  const text =
    typeof payload === 'object' && payload !== null && 'companyId' in payload ? payload.companyId : undefined;
  const companyId = typeof text === 'string' ? parseCompanyId(text) : undefined;
  if (!companyId) throw new Error('A job came without a company id.');
  return { companyId };
}
