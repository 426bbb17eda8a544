import { run } from '../../src/app/run.ts';
import { openService } from '../../src/app/service.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { openLog } from '../../src/observability/log.ts';
import { recordingHost } from './site-history.ts';

/**
 * The real worker with its real times, on the site host that keeps its history in the file that SITE_HISTORY names. With DEAF its
 * heartbeats stop: it never learns by itself that its lease has expired. Webhooks are retried without end, and soon.
 */
run(() => {
  const config = readConfig(process.env);
  const file = process.env['SITE_HISTORY'];
  if (!file) throw new Error('SITE_HISTORY is to name the file of the sites and their history.');
  const times = process.env['DEAF'] ? { lease: 10_000, heartbeat: 3_600_000 } : undefined;
  return openService(config, { api: false, worker: true }, openLog(config.LOG_LEVEL), {
    host: recordingHost(file),
    webhookRetries: Array(1_000).fill(300),
    ...(times ? { times } : {}),
  });
});
