import type { Failure, FailureReason } from './failure.ts';

/** What happened to a company. The one list behind the database's check, the GraphQL enum and the TypeScript union. */
export const eventKinds = [
  'CREATED',
  'QUEUED',
  'CLAIMED',
  'TAKEN_OVER',
  'STEP_STARTED',
  'STEP_PROGRESSED',
  'STEP_RETRYING',
  'STEP_COMPLETED',
  'CANCEL_REQUESTED',
  'RETURNED_TO_DRAFT',
  'SUCCEEDED',
  'FAILED',
  'ADDRESS_CORRECTED',
  'CORRECTED',
  'DELETED',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** The step that an event is about. */
interface Step {
  readonly name: string;
  /** What it does while it runs: `Creating the site`. */
  readonly title: string;
  /** What it has done: `Site created`. */
  readonly completed: string;
}

/** An event to append: its kind, and what its sentence needs. */
export type NewEvent =
  | { readonly kind: 'CREATED'; readonly draft: boolean }
  | { readonly kind: 'QUEUED'; readonly again: boolean }
  | { readonly kind: 'CLAIMED' | 'TAKEN_OVER' | 'CANCEL_REQUESTED' | 'RETURNED_TO_DRAFT' }
  | { readonly kind: 'ADDRESS_CORRECTED' | 'CORRECTED' | 'DELETED' }
  | { readonly kind: 'STEP_STARTED' | 'STEP_PROGRESSED'; readonly step: Step }
  | { readonly kind: 'STEP_COMPLETED'; readonly step: Step; readonly how: string | undefined }
  | { readonly kind: 'STEP_RETRYING'; readonly step: Step; readonly reason: string }
  | { readonly kind: 'SUCCEEDED'; readonly siteName: string }
  | { readonly kind: 'FAILED'; readonly failure: Failure };

/** The sentence of an event, for people: programs read its kind. */
export function sentenceOf(event: NewEvent): string {
  switch (event.kind) {
    case 'CREATED':
      return event.draft ? 'Saved as a draft.' : 'Waiting for a worker.';
    case 'QUEUED':
      return event.again ? 'Queued for another attempt.' : 'Waiting for a worker.';
    case 'CLAIMED':
      return 'A worker has started.';
    case 'TAKEN_OVER':
      return 'Another worker has taken over.';
    case 'STEP_STARTED':
    case 'STEP_PROGRESSED':
      return `${event.step.title}…`;
    case 'STEP_RETRYING':
      return `${event.step.title}: ${event.reason} Retrying.`;
    case 'STEP_COMPLETED':
      return `${event.step.completed}${event.how === undefined ? '' : ` ${event.how}`}.`;
    case 'CANCEL_REQUESTED':
      return 'Cancellation requested.';
    case 'RETURNED_TO_DRAFT':
      return 'Cancelled before a worker started; saved as a draft.';
    case 'SUCCEEDED':
      return `${event.siteName} is ready.`;
    case 'FAILED':
      return event.failure.message;
    case 'ADDRESS_CORRECTED':
      return 'The mail address was corrected; further mails about this company go there.';
    case 'CORRECTED':
      return 'The company’s data was corrected.';
    case 'DELETED':
      return 'The draft was deleted.';
  }
}

/** The name of the step that an event is about, if it is about one. */
export const stepOf = (event: NewEvent): string | null =>
  'step' in event ? event.step.name : event.kind === 'FAILED' ? (event.failure.step ?? null) : null;

/** Why an attempt failed, if the event is its failure. */
export const reasonOf = (event: NewEvent): FailureReason | null =>
  event.kind === 'FAILED' ? event.failure.reason : null;
