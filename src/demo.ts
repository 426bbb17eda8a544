import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, plainly } from './app/run.ts';
import { openService, type Service } from './app/service.ts';
import { onStopSignal } from './app/stop-signals.ts';
import { openClient } from './client/client.ts';
import { CompanyDocument, type CompanyFieldsFragment, CreateCompanyDocument } from './client/operations.ts';
import { readConfig } from './config/read-config.ts';
import { logInBy, mailedCredentials } from './demo/log-in.ts';
import { progressLines } from './demo/progress-lines.ts';
import { openLog } from './observability/log.ts';

/**
 * The main job once, as a frontend sees it: starts everything on free ports in a folder of its own, asks for a company,
 * watches it live, reads the mail and logs in to the site. Exits with 0 when all of that went well, with 1 otherwise.
 */
const showSecrets = process.argv.includes('--show-secrets');
const print = (text = ''): void => void process.stdout.write(`${text}\n`);
const timeLimit = 120_000;

const input = {
  companyName: 'Acme Corporation',
  companyAbbr: 'ACME',
  adminEmail: 'admin@acme.example',
  adminPassword: 'a password for the demo only',
  defaultCurrency: 'USD',
  country: 'United States',
  domain: 'acme.localhost',
  apps: ['erpnext'],
};

async function demo(service: Service): Promise<void> {
  const url = `http://localhost:${service.port}/graphql`;
  const client = openClient(url, service.signInToken);
  print(`The API is at ${url}\n`);

  print(`createCompany  ${input.companyName} (${input.companyAbbr}) at ${input.domain}`);
  const { createCompany: answer } = await client.execute(CreateCompanyDocument, { input });
  if (answer.__typename !== 'CreateCompanySuccess') throw new Error(answer.message);
  const { id, status } = answer.company;
  print(`            →  ${id} ${status}\n`);

  print('companyStatusChanged');
  const draw = progressLines(process.stdout);
  for await (const change of client.watch(id, 0)) draw(change);

  const { company } = await client.execute(CompanyDocument, { id });
  if (company?.status !== 'ACTIVE') throw new Error(company?.failure?.message ?? `${id} is not ACTIVE.`);
  print(`\nHow long each step took\n${stepTimes(company)}`);

  if (!service.mailbox) throw new Error('The demo needs the embedded inbox: unset SMTP_URL.');
  const mail = await service.mailbox.next(
    ({ subject }) => subject.includes(input.companyName),
    AbortSignal.timeout(timeLimit),
  );
  const text = mail.text ?? '';
  print(`\nThe mail to ${mail.to.join(', ')}: ${mail.subject}\n`);
  print(
    indented(
      showSecrets
        ? text
        : text.replaceAll(input.adminPassword, '(hidden; see it with: npm run demo -- --show-secrets)'),
    ),
  );

  const credentials = mailedCredentials(text);
  print(`Logging in to ${credentials.siteUrl} as ${credentials.adminEmail} with the mailed password`);
  print(`            →  ${await logInBy(credentials, AbortSignal.timeout(timeLimit))}`);
}

function stepTimes({ steps }: CompanyFieldsFragment): string {
  return steps
    .map(({ title, startedAt, finishedAt }) => {
      const milliseconds = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '');
      return `  ${String(milliseconds).padStart(6)} ms  ${title}`;
    })
    .join('\n');
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  | ');

setTimeout(() => fail(new Error('The demo did not finish within two minutes.')), timeLimit).unref();
const stopped = Promise.withResolvers<never>();
// While everything starts nobody listens yet; the race below rejects with it all the same.
stopped.promise.catch(() => {});
onStopSignal(() => stopped.reject(new Error('Interrupted.')));
try {
  await using opened = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'company-provisioning-demo-'));
  opened.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  print('Starting PostgreSQL, Redis, an inbox, the API and a worker …');
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0' });
  const service = await openService(config, { api: true, worker: true }, openLog('silent'));
  opened.defer(() => service.close());
  await Promise.race([demo(service), stopped.promise]);
  print('\nDone. Try it yourself: npm start');
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${plainly(error)}\n`);
  process.exitCode = 1;
}
