import { run } from '../../src/app/run.ts';
import { openService } from '../../src/app/service.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { openLog } from '../../src/observability/log.ts';

/** The real worker, but it retries webhooks without end, and soon. */
run(() => {
  const config = readConfig(process.env);
  const webhookRetries = Array(10_000).fill(500);
  return openService(config, { api: false, worker: true }, openLog(config.LOG_LEVEL), { webhookRetries });
});
