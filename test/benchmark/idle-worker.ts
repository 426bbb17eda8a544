import { run } from '../../src/app/run.ts';
import { openService } from '../../src/app/service.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { openLog } from '../../src/observability/log.ts';
import type { SiteHost, SiteStep } from '../../src/provisioning/site-host.ts';

/** Takes no time, so that what is left is the worker's own. */
const step: SiteStep = {
  name: 'nothing',
  title: 'Making nothing',
  completed: 'Nothing made',
  weight: 1,
  check: async () => false,
  run: async () => {},
  verify: async () => {},
  undo: async () => {},
};

const host: SiteHost = { kind: 'bench', offeredApps: async () => ['erpnext'], steps: () => [step] };

/** The real worker, on a site host that does nothing. */
run(() => {
  const config = readConfig(process.env);
  return openService(config, { api: false, worker: true }, openLog(config.LOG_LEVEL), { host });
});
