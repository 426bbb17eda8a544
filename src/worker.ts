import { run } from './app/run.ts';
import { openService } from './app/service.ts';
import { readConfig } from './config/read-config.ts';
import { openLog } from './observability/log.ts';

/** A worker alone; any number of them share a database and a Redis. */
run(() => {
  const config = readConfig(process.env, ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'SECRET_KEYS', 'SITE_URL_TEMPLATE']);
  return openService(config, { api: false, worker: true }, openLog(config.LOG_LEVEL));
});
