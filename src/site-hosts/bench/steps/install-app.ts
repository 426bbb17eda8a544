import type { SiteStep } from '../../../provisioning/site-host.ts';
import { benchProgress } from '../bench-progress.ts';
import type { BenchSite } from '../bench-site.ts';
import * as protocol from '../protocol.ts';
import { unlessTaken } from './create-site.ts';

/** `install-app`, one app at a time, so that a retry continues with the app that failed. */
export function installApp(site: BenchSite, app: string): SiteStep {
  const name = `install-app:${app}`;
  return {
    name,
    title: `Installing ${app}`,
    completed: `App ${app} installed`,
    weight: app === 'erpnext' ? 50 : 10,
    check: (signal) => site.isFinished(name, signal),
    async run({ signal, progress, waitsFor, print }) {
      await site.ask(
        protocol.installApp,
        { app },
        {
          signal,
          waitsFor,
          print,
          onLine: benchProgress(progress),
          otherwise: { reason: 'APP_INSTALL_FAILED', message: `The app ${app} could not be installed.` },
        },
      );
    },
    verify: (signal) =>
      site.expectFinished(name, `The bench reported that ${app} was installed, but it is not.`, signal),
    undo: (signal) => site.forget(name, signal).catch(unlessTaken),
  };
}
