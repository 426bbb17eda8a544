import { signToken } from './access/authenticate.ts';
import { readConfig } from './config.ts';
import { openLog } from './log.ts';
import { run } from './run.ts';
import { openService } from './service.ts';

/** Everything in one process: the API and a worker, embedded where nothing is configured. */
run(async () => {
  const config = readConfig(process.env);
  const service = await openService(config, { api: true, worker: true }, openLog(config.LOG_LEVEL));
  const base = `http://localhost:${service.port}`;
  const token = await signToken(
    service.jwtSecret,
    { subject: 'developer', email: 'developer@company-provisioning.example', roles: ['customer', 'operator'] },
    '30d',
  );
  process.stdout.write(`
  GraphiQL   ${base}/graphql
${service.mailbox ? `  Inbox      ${base}/inbox\n` : ''}${config.AUTH_JWT_SECRET ? '' : `  Token      ${token}\n             for clients elsewhere: Authorization: Bearer <token>\n`}
`);
  return service;
});
