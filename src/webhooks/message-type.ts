import type { EventKind } from '../company/event-kind.ts';

/** The events that can be sent. A deleted draft is nobody's any more, so that nobody learns of it. */
export type SentKind = Exclude<EventKind, 'DELETED'>;

/** What a message calls each event, as the `type` of its body. */
export const eventTypes: Readonly<Record<SentKind, string>> = {
  CREATED: 'company.created',
  QUEUED: 'company.queued',
  CLAIMED: 'company.provisioning',
  TAKEN_OVER: 'company.taken_over',
  STEP_STARTED: 'company.step_started',
  STEP_PROGRESSED: 'company.step_progressed',
  STEP_RETRYING: 'company.step_retrying',
  STEP_COMPLETED: 'company.step_completed',
  CANCEL_REQUESTED: 'company.cancel_requested',
  RETURNED_TO_DRAFT: 'company.returned_to_draft',
  SUCCEEDED: 'company.active',
  FAILED: 'company.failed',
  ADDRESS_CORRECTED: 'company.address_corrected',
  CORRECTED: 'company.corrected',
};

/** What an endpoint gets that asks for nothing in particular. */
export const usualKinds: readonly SentKind[] = ['SUCCEEDED', 'FAILED'];

export const messageType = (kind: EventKind | 'TEST'): string =>
  kind === 'TEST' ? 'webhook.test' : kind === 'DELETED' ? 'company.deleted' : eventTypes[kind];
