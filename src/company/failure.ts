/** Why an attempt failed, for programs; people read the message. */
export type FailureReason =
  | 'CANCELLED'
  | 'TIMED_OUT'
  | 'WORKER_LOST'
  | 'SITE_NAME_TAKEN'
  | 'APP_NOT_AVAILABLE'
  | 'APP_INSTALL_FAILED'
  | 'SET_UP_FAILED'
  | 'HOST_UNAVAILABLE'
  | 'VERIFICATION_FAILED'
  | 'INTERNAL';

/** What the sentence for the customer is about, in whatever language it is written. */
export type NamedFailure = Pick<Failure, 'reason' | 'step'>;

/** What went wrong in an attempt: a sentence for the customer, and what only an operator may read. */
export interface Failure {
  readonly reason: FailureReason;
  /** One plain sentence for the customer. */
  readonly message: string;
  /** The name of the step that failed, if one was running. */
  readonly step?: string;
  /** For operators: what the site host said, already scrubbed of secrets. */
  readonly detail?: string;
}
