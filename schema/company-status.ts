import type { CompanyStatus, SiteStatus } from '../src/company/status.ts';
import { builder, type Described } from './builder.ts';

export const CompanyStatusEnum = builder.enumType('CompanyStatus', {
  description: 'The status of a company.',
  values: {
    DRAFT: { description: 'Saved; `provisionCompany` queues it.' },
    QUEUED: { description: 'Durably queued; waiting for a worker.' },
    PROVISIONING: { description: 'A worker is creating the site.' },
    ACTIVE: { description: 'The site was created and verified; the credentials are mailed.' },
    FAILED: {
      description: 'The attempt ended without a site; `failure` says why, and `provisionCompany` retries.',
    },
  } satisfies Described<CompanyStatus>,
});

export const SiteStatusEnum = builder.enumType('SiteStatus', {
  description: 'The state of a company’s site.',
  values: {
    NOT_CREATED: { description: 'No site exists.' },
    CREATING: { description: 'The site is being created.' },
    ACTIVE: { description: 'The site answers and was verified.' },
    INCOMPLETE: { description: 'A failed attempt left part of the site; the next attempt continues from it.' },
  } satisfies Described<SiteStatus>,
});
