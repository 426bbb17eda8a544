import type { CompanyId } from '../company/company-id.ts';
import type { FailureReason } from '../company/failure.ts';
import type { OwnerName } from '../company/owner-name.ts';

/** What a site shall become. It carries the admin password: never log it, never put it into an argv or an environment. */
export interface SitePlan {
  readonly companyId: CompanyId;
  /** What the host keeps is this company's if it bears this name: the id alone is not the company's only (owner-name.ts). */
  readonly owner: OwnerName;
  /**
   * Earlier versions marked what they made with the id alone. That is this company's only if it is not older than this,
   * the time at which the company was asked for; undefined when this company can have nothing of the kind.
   */
  readonly adoptSince?: Date | undefined;
  /** The claim under which the host is asked. Whoever asks with a lower one than another before has lost the company, and is refused. */
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
  /** The time zone that was asked for, a name of the tz database; without it that of the country's capital. */
  readonly timeZone?: string;
  readonly apps: readonly string[];
}

/** What a step gets while it runs. */
export interface StepContext {
  /** Deadline, cancel, lost lease and shutdown arrive here; a step stops at once and leaves nothing running. */
  readonly signal: AbortSignal;
  /** How far this step is, in percent. May be called as often as it likes; lower values than before are ignored. */
  progress(percent: number): void;
  /** What the step waits for that is unavailable, in sentences for people; empty once it goes on. May be told again. */
  waitsFor?(what: string): void;
  /** How the step was done, when that is not as usual; the end of a sentence that begins with the step's title. */
  tell?(how: string): void;
}

/**
 * One idempotent step: look (`check`), do (`run`), make sure (`verify`).
 * A step that stopped half-way is undone before it is run again, and all are undone in reverse when an attempt is cancelled.
 */
export interface SiteStep {
  /** Stable among versions: it is recorded, and a retry recognises it. `create-site`, `install-app:erpnext`. */
  readonly name: string;
  /** What it does, for people: `Create the site`. */
  readonly title: string;
  /** How long it takes beside the other steps; any unit. */
  readonly weight: number;
  /** True when the step's whole effect is there already, so that there is nothing to run. */
  check(signal: AbortSignal): Promise<boolean>;
  run(context: StepContext): Promise<void>;
  /** Throws a SiteHostError when the effect is not there after all. */
  verify(signal: AbortSignal): Promise<void>;
  /** Takes back whatever this step made or left half-made; nothing to take back is fine. Never touches what is not this company's. */
  undo(signal: AbortSignal): Promise<void>;
}

/** Where sites live: a Frappe bench, or the sandbox. */
export interface SiteHost {
  readonly kind: 'sandbox' | 'bench';
  /** The names of the apps that can be asked for, without the framework itself. */
  offeredApps(): Promise<readonly string[]>;
  /** The steps that make the planned site, in order: preflight, create the site, install each app, set up the company, verify. */
  steps(plan: SitePlan): readonly SiteStep[];
}

/** A failure that a site host can name. Anything else that a step throws is a defect of ours and reads INTERNAL. */
export class SiteHostError extends Error {
  override readonly name = 'SiteHostError';
  readonly reason: FailureReason;
  /** Worth trying again within the same attempt: a server that is away, a lock that is held. */
  readonly transient: boolean;
  /** When the host wants to be asked again, in milliseconds from now. */
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
