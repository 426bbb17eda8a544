import type { Fault } from './company-request.ts';
import {
  type CreateCompanyDeps,
  type CreateCompanyInput,
  checkInput,
  findHolder,
  useOf,
  whomToMail,
} from './create-company.ts';
import { exceededBy, findExceeded, type QuotaExceeded } from './quotas.ts';
import type { Requester } from './requester.ts';
import { parseSiteName, type SiteName } from './site-name.ts';
import type { CompanyRow } from './tables.ts';

/** What would come of a request that is sent for the first time. */
export interface CompanyCheck {
  readonly faults: readonly Fault[];
  /** Undefined when the domain has a fault. */
  readonly siteName: SiteName | undefined;
  /** The site name belongs to a company already; its holder only where the requester may see it. */
  readonly taken: { readonly holder: CompanyRow | undefined } | undefined;
  readonly exceeded: QuotaExceeded | undefined;
}

export type CheckCompanyDeps = Omit<CreateCompanyDeps, 'notifier' | 'secrets'>;

/** Checks a request as `createCompany` does, and changes nothing. Every obstacle is looked for, whatever the others are. */
export async function checkCompany(
  { db, quotas, ...rules }: CheckCompanyDeps,
  requester: Requester,
  input: CreateCompanyInput,
): Promise<CompanyCheck> {
  const checked = checkInput(rules, requester, input);
  const faults = checked.ok ? [] : checked.faults;
  const isNamed = faults.every(({ field }) => field !== 'domain');
  const siteName = isNamed ? parseSiteName(input.domain) : undefined;
  const use = useOf({ draft: input.draft === true, customerEmail: whomToMail(requester, input) });
  const [taken, exceeded] = await Promise.all([
    siteName && findHolder(db, requester, siteName),
    findExceeded(db, exceededBy(requester, use, quotas)),
  ]);
  return { faults, siteName, taken: taken || undefined, exceeded };
}
