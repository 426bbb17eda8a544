import { setTimeout as pause } from 'node:timers/promises';
import { SiteHostError, type SitePlan, type SiteStep } from '../../provisioning/site-host.ts';

/** What the sandbox does instead of a step's work, or before it. */
interface Rehearsal {
  /** The steps that it is about: those whose names begin like this. */
  readonly at: string;
  /** Throws for a failure, and resolves where the step continues; `run` counts the runs of the step in the attempt. */
  act(
    context: { readonly signal: AbortSignal; readonly progress: (percent: number) => void },
    run: number,
  ): Promise<void>;
}

const failing = (
  at: string,
  ...[reason, message, options]: ConstructorParameters<typeof SiteHostError>
): Rehearsal => ({
  at,
  async act() {
    throw new SiteHostError(reason, message, {
      detail: `${message} The sandbox fails as the site’s name says.`,
      ...options,
    });
  },
});

/** How often a step that fails for a while does so. */
const transientFailures = 2;
/** How long a slow step takes, in tenths of this many milliseconds each. */
const slowTenth = 300;

/** What happens to sites whose names begin with one of these labels, whatever follows, so that portals can test every outcome. */
export const rehearsals: Readonly<Record<string, Rehearsal>> = {
  'site-name-taken': failing('preflight', 'SITE_NAME_TAKEN', 'A site of this name exists already.'),
  'app-not-available': failing('preflight', 'APP_NOT_AVAILABLE', 'One of the apps is not available.'),
  'fail-create-site': failing('create-site', 'HOST_UNAVAILABLE', 'The site could not be created.'),
  'fail-install-app': failing('install-app:', 'APP_INSTALL_FAILED', 'The app could not be installed.'),
  'fail-set-up-company': failing('set-up-company', 'SET_UP_FAILED', 'The company could not be set up on its site.'),
  'fail-verify': failing('verify', 'VERIFICATION_FAILED', 'The site was created, but it is not as requested.'),
  'fail-unexpectedly': {
    at: 'set-up-company',
    async act() {
      throw new Error('The sandbox fails as the site’s name says.');
    },
  },
  'time-out': {
    at: 'create-site',
    async act({ signal }) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    },
  },
  'retry-create-site': {
    at: 'create-site',
    async act(_context, run) {
      if (run > transientFailures) return;
      throw new SiteHostError('HOST_UNAVAILABLE', 'The server does not answer.', { transient: true });
    },
  },
  slow: {
    at: '',
    async act({ signal, progress }) {
      for (let percent = 0; percent < 100; percent += 10) {
        progress(percent);
        await pause(slowTenth, undefined, { signal });
      }
    },
  },
};

/** The steps of a plan's site, as its name says that they go. */
export function rehearsed(steps: readonly SiteStep[], { siteName }: SitePlan): readonly SiteStep[] {
  const [label = ''] = siteName.split('.');
  const rehearsal = Object.hasOwn(rehearsals, label) ? rehearsals[label] : undefined;
  return rehearsal
    ? steps.map((step) => (step.name.startsWith(rehearsal.at) ? withRehearsal(step, rehearsal) : step))
    : steps;
}

function withRehearsal(step: SiteStep, rehearsal: Rehearsal): SiteStep {
  let runs = 0;
  return {
    ...step,
    async run(context) {
      runs += 1;
      await rehearsal.act(context, runs);
      await step.run(context);
    },
  };
}
