import type { EventKind } from '../src/company/event-kind.ts';
import { builder, type Described } from './builder.ts';

export const CompanyEventKindEnum = builder.enumType('CompanyEventKind', {
  description: 'What happened to a company.',
  values: {
    CREATED: { description: 'The company was created: saved as a draft or queued at once. Always version 1.' },
    QUEUED: { description: 'A draft or a failed company was queued for an attempt.' },
    CLAIMED: { description: 'A worker claimed the attempt.' },
    TAKEN_OVER: { description: 'Another worker continues the attempt after its worker was lost or released it.' },
    STEP_STARTED: { description: 'A step started.' },
    STEP_PROGRESSED: { description: 'A step made progress: `progress` has risen.' },
    STEP_RETRYING: { description: 'A step was interrupted or met a transient error, and is retried.' },
    STEP_COMPLETED: { description: 'A step completed, and its effect was verified.' },
    CANCEL_REQUESTED: {
      description: 'A cancel was requested while a worker runs the attempt; the worker stops and rolls back.',
    },
    RETURNED_TO_DRAFT: {
      description: 'The attempt was cancelled before a worker claimed it; the company is a draft again.',
    },
    SUCCEEDED: { description: 'The site was created and verified: the company is ACTIVE.' },
    FAILED: { description: 'The attempt ended without a site; `company.failure` says why.' },
    ADDRESS_CORRECTED: {
      description: '`customerEmail` was corrected. The status does not change; this may follow ACTIVE or FAILED.',
    },
    CORRECTED: {
      description:
        'Other data of the company was corrected. The status does not change; this may follow ACTIVE or FAILED.',
    },
    DELETED: { description: 'The draft was deleted; its streams complete without this event.' },
  } satisfies Described<EventKind>,
});
