import type { CompanyId } from '../company/company-id.ts';
import type { FailureReason } from '../company/failure.ts';
import type { OwnerName } from '../company/owner-name.ts';

/** The site to make. It carries the admin password: never log it, never put it into an argv or an environment. */
export interface SitePlan {
  readonly companyId: CompanyId;
  /** Marks what the host keeps as this company's; ids repeat in copies of a database (owner-name.ts). */
  readonly owner: OwnerName;
  /**
   * Earlier versions marked what they made with the id alone. That is this company's only if it is not older than this
   * time, at which the company was created; undefined when this company cannot have anything of the kind.
   */
  readonly adoptSince?: Date | undefined;
  /** The claim under which the host is called. A caller with a lower one than an earlier caller's has lost the company and is refused. */
  readonly fencingToken: number;
  /** The site's name and host name at once, e.g. `acme.localhost`. */
  readonly siteName: string;
  readonly companyName: string;
  readonly companyAbbr: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  /** ISO 4217. */
  readonly defaultCurrency: string;
  /** The country's English name as Frappe spells it. */
  readonly country: string;
  /** The requested time zone, a name of the tz database; that of the country's capital when left out. */
  readonly timeZone?: string;
  readonly apps: readonly string[];
}

/** What a step gets to run with. */
export interface StepContext {
  /** Aborts at the deadline, on a cancel, a lost lease and a shutdown; a step then stops at once and leaves nothing running. */
  readonly signal: AbortSignal;
  /** This step's progress, in percent. May be called any number of times; values lower than before are ignored. */
  progress(percent: number): void;
  /** What the step waits for that is unavailable, in sentences for people; empty once it continues. */
  waitsFor?(what: string): void;
  /**
   * Takes a line that the step has printed, as it is, for the company's log; it never waits or fails. `secrets` are those that it
   * may contain, besides the admin password: also those that end on a later line.
   */
  print?(line: string, secrets?: readonly string[]): void;
  /** How the step was completed, when that was unusual; the end of the sentence that begins with `completed`. */
  completedHow?(how: string): void;
}

/**
 * One idempotent step: `check`, `run`, `verify`. A step that was interrupted is undone before it runs again, and all are
 * undone in reverse order when an attempt is cancelled.
 */
export interface SiteStep {
  /** Stable across versions: it is recorded, and a retry recognises it. `create-site`, `install-app:erpnext`. */
  readonly name: string;
  /** What it does, for people: `Creating the site`. */
  readonly title: string;
  /** What it has done, for people: `Site created`. */
  readonly completed: string;
  /** How long it takes in proportion to the other steps; any unit. */
  readonly weight: number;
  /** True when the step's whole effect exists already, so there is nothing to run. */
  check(signal: AbortSignal): Promise<boolean>;
  run(context: StepContext): Promise<void>;
  /** Throws a SiteHostError when the effect does not exist after all. */
  verify(signal: AbortSignal): Promise<void>;
  /** Undoes whatever this step made, wholly or in part, if anything. Never touches what is not this company's. */
  undo(signal: AbortSignal): Promise<void>;
}

/** Where sites live: a Frappe bench, or the sandbox. */
export interface SiteHost {
  readonly kind: 'sandbox' | 'bench';
  /** The names of the apps that can be requested, without the framework itself. */
  offeredApps(): Promise<readonly string[]>;
  /** The steps that make the planned site, in order: preflight, create the site, install each app, set up the company, verify. */
  steps(plan: SitePlan): readonly SiteStep[];
}

/** A failure that a site host can name. Anything else that a step throws is a bug of ours and reads INTERNAL. */
export class SiteHostError extends Error {
  override readonly name = 'SiteHostError';
  readonly reason: FailureReason;
  /** Worth retrying within the same attempt: an unavailable server, a lock that is held. */
  readonly transient: boolean;
  /** When the host should be called again, in milliseconds from now. */
  readonly retryAfter: number | undefined;
  /** For operators: the last lines of output, the exit code; scrubbed of secrets. */
  readonly detail: string | undefined;

  /** `message` is one plain sentence that the customer may read. */
  constructor(
    reason: FailureReason,
    message: string,
    options: { transient?: boolean; retryAfter?: number; detail?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.transient = options.transient ?? false;
    this.retryAfter = options.retryAfter;
    this.detail = options.detail;
  }
}
