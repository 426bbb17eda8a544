import { logPages } from './app/page-addresses.ts';
import { run } from './app/run.ts';
import { openService } from './app/service.ts';
import { readConfig } from './config/read-config.ts';
import { openLog } from './observability/log.ts';

/** The API alone, on servers that it shares with workers. */
run(async () => {
  const config = readConfig(process.env, ['DATABASE_URL', 'REDIS_URL', 'SECRET_KEYS', 'AUTH_JWT_SECRET']);
  const log = openLog(config.LOG_LEVEL);
  const service = await openService(config, { api: true, worker: false }, log);
  logPages(service.pages, log);
  return service;
});
