import { readConfig } from './config.ts';
import { openLog } from './log.ts';
import { run } from './run.ts';
import { openService } from './service.ts';

/** The API alone, on servers that it shares with workers. */
run(() => {
  const config = readConfig(process.env, ['DATABASE_URL', 'REDIS_URL', 'SECRET_KEYS', 'AUTH_JWT_SECRET']);
  return openService(config, { api: true, worker: false }, openLog(config.LOG_LEVEL));
});
