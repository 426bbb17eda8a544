import type { EventKind } from '../src/company/event-kind.ts';
import { builder } from './builder.ts';
import type { Described } from './described.ts';

export const CompanyEventKindEnum = builder.enumType('CompanyEventKind', {
  description: 'What an event of a company tells.',
  values: {
    CREATED: { description: 'The company was asked for: saved as a draft, or queued at once. Always version 1.' },
    QUEUED: { description: 'A draft, or a failed company, was queued for an attempt.' },
    CLAIMED: { description: 'A worker began the attempt.' },
    TAKEN_OVER: { description: 'Another worker goes on with the attempt; its worker is gone or has handed it back.' },
    STEP_STARTED: { description: 'A step began.' },
    STEP_PROGRESSED: { description: 'A step is under way: `progress` rose.' },
    STEP_RETRYING: { description: 'A step was interrupted or met an error that may pass, and is tried again.' },
    STEP_COMPLETED: { description: 'A step ended, and its effect was verified.' },
    CANCEL_REQUESTED: { description: 'Somebody cancelled while a worker was at work, which now stops.' },
    RETURNED_TO_DRAFT: { description: 'Somebody cancelled before a worker began; the company is a draft again.' },
    SUCCEEDED: { description: 'The site was made and verified: the company is ACTIVE.' },
    FAILED: { description: 'The attempt ended without a site; `company.failure` says why.' },
    ADDRESS_CORRECTED: {
      description:
        'An operator corrected `customerEmail`, since a mail did not arrive. The status stays as it is; this may come after ACTIVE or FAILED.',
    },
  } satisfies Described<EventKind>,
});
