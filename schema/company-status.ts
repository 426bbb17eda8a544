import type { CompanyStatus, SiteStatus } from '../src/company/status.ts';
import { builder } from './builder.ts';
import type { Described } from './described.ts';

export const CompanyStatusEnum = builder.enumType('CompanyStatus', {
  description: 'Where a company stands.',
  values: {
    DRAFT: { description: 'Saved, and waiting for `provisionCompany`.' },
    QUEUED: { description: 'Durably queued, and waiting for a worker.' },
    PROVISIONING: { description: 'A worker is making the site.' },
    ACTIVE: { description: 'The site was made and verified; the credentials are mailed.' },
    FAILED: {
      description: 'The attempt ended without a site; `failure` says why, and `provisionCompany` tries again.',
    },
  } satisfies Described<CompanyStatus>,
});

export const SiteStatusEnum = builder.enumType('SiteStatus', {
  description: 'What stands of a company’s site.',
  values: {
    NOT_CREATED: { description: 'There is no site.' },
    CREATING: { description: 'The site is being made.' },
    ACTIVE: { description: 'The site answers and was verified.' },
    INCOMPLETE: { description: 'A failed attempt left a part of the site; the next attempt goes on from it.' },
  } satisfies Described<SiteStatus>,
});
