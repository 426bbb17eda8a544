import { logPages } from './app/page-addresses.ts';
import { run } from './app/run.ts';
import { openService, type Service } from './app/service.ts';
import { signsInDeveloper } from './app/sign-in.ts';
import { readConfig } from './config/read-config.ts';
import type { Config } from './config/variables.ts';
import { openLog } from './observability/log.ts';
import { readableLines } from './observability/readable-lines.ts';

/**
 * Everything in one process: the API and a worker, embedded where nothing is configured. A user at a terminal gets
 * the addresses and what must be known; programs get the log, in JSON lines and nothing else.
 */
run(async () => {
  const config = readConfig(process.env);
  const { stdout } = process;
  const log = stdout.isTTY ? openLog(config.LOG_LEVEL ?? 'warn', readableLines(stdout)) : openLog(config.LOG_LEVEL);
  const service = await openService(config, { api: true, worker: true }, log);
  if (stdout.isTTY) stdout.write(addresses(config, service));
  else logPages(service.pages, log);
  return service;
});

function addresses(config: Config, { pages, signInToken }: Service): string {
  const lines = [
    ...(pages.console ? [`Console    ${pages.console}`] : []),
    ...(pages.graphiql ? [`GraphiQL   ${pages.graphiql}`] : []),
    ...(pages.inbox ? [`Inbox      ${pages.inbox}`] : []),
    ...(signsInDeveloper(config) ? [`Token      ${signInToken}`, tokenNote] : []),
    ...(config.AUTH_JWT_SECRET ? ['Token      npm run token, with the same AUTH_JWT_SECRET'] : []),
  ];
  return `\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

const tokenNote = '           for other clients: Authorization: Bearer <token>';
