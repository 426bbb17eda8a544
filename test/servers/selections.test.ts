import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { openPostgres } from '../../src/database/open-database.ts';
import { ask } from '../support/ask.ts';
import { fillDatabase } from '../support/many-companies.ts';
import { type PostgresServer, serversMissing, startPostgres } from '../support/private-servers.ts';
import { until } from '../support/processes.ts';
import { openTestService, type TestService } from '../support/test-service.ts';

/** Every field of a company that is read from the database besides its row. */
const company = (lines: number) => `
  id status failure { detail } steps { name } health { state }
  history(first: ${lines}) { edges { node { version company { id } } } }
  newest: history(last: 2) { pageInfo { hasPreviousPage } edges { node { message } } }
  later: history(first: 5, after: "3") { edges { cursor } }
  log(first: ${lines}) { edges { node { number text } } }
  newestLines: log(last: 2) { pageInfo { hasPreviousPage } edges { node { text } } }`;

/** Few fields of each, since the number of a document's tokens is limited; the first line creates what the others repeat. */
const inputs = (lines: number): string =>
  Array.from(
    { length: lines },
    () =>
      '{companyName: "Acme", companyAbbr: "ACME", adminEmail: "a@b.example", adminPassword: "correct horse", defaultCurrency: "USD", country: "US", domain: "one.localhost", customerEmail: "a@b.example", idempotencyKey: "one"}',
  ).join();

/** Selections of lists in lists; each takes as many statements for one line of each list as for many. */
const selections: Readonly<Record<string, (lines: number) => string>> = {
  'companies with their histories': (lines) =>
    `{ companies(first: ${lines}) { edges { node { ${company(lines)} } } } }`,
  'companies of one status by a text': (lines) =>
    `{ companies(first: ${lines}, filter: { status: [ACTIVE, FAILED], text: "customers" }) { edges { node { ${company(lines)} } } } }`,
  'running attempts with their companies': (lines) => `{ serviceStatus { running { company { ${company(lines)} } } } }`,
  'companies that are created together': (lines) => `mutation { createCompanies(inputs: [${inputs(lines)}]) {
    ... on CreateCompanySuccess { company { ${company(lines)} } }
  } }`,
  'webhook endpoints, and the messages to one': (lines) => `{
    webhookEndpoints(first: ${lines}) { edges { node { id url owner { subject } } } }
    webhookDeliveries(endpointId: "we_0", first: ${lines}) { edges { node { id type state cursor } } }
  }`,
  'undelivered mails with their companies': (lines) =>
    `{ serviceStatus { undeliveredMails(first: ${lines}) { edges { node { recipient company { ${company(lines)} } } } } } }`,
};

describe('statements of a selection', { skip: serversMissing }, () => {
  let postgres: PostgresServer;
  let service: TestService;
  before(async () => {
    postgres = await startPostgres({ settings: { log_statement: 'all' } });
    const database = openPostgres(postgres.url);
    await database.migrate();
    await database.close();
    const client = new Client(postgres.url);
    await client.connect();
    await fillDatabase(client, { companies: 2_000, events: 12 });
    await client.end();
  });
  after(() => postgres?.close());

  test('the number of statements of a selection does not depend on how many lines its lists have', async (t) => {
    service = await openTestService(t, { env: { DATABASE_URL: postgres.url }, parts: { api: true, worker: false } });
    const authorization = `Bearer ${await service.tokenOf('olga', 'operator')}`;
    /** The statements between a mark and the next one, without those that loops repeat. */
    const marks = new Client(postgres.url);
    await marks.connect();
    t.after(() => marks.end());
    const mark = async (name: string): Promise<number> => {
      await marks.query(`select '${name}'`);
      const isMark = (line: string): boolean => line.includes(`select '${name}'`);
      await until(`the log has ${name}`, () => postgres.log.some(isMark));
      return postgres.log.findIndex(isMark);
    };
    const executed = (from: number, to: number): string[] =>
      postgres.log.slice(from, to).flatMap((line) => /execute \S+: (.*)/.exec(line)?.[1]?.replace(list, '(…)') ?? []);

    for (const [title, selection] of Object.entries(selections)) {
      const counts: string[][] = [];
      for (const lines of [1, 10]) {
        const from = await mark(`${title}, ${lines} begins`);
        const { text } = await ask(service.url, {
          headers: { authorization },
          body: JSON.stringify({ query: selection(lines) }),
        });
        const to = await mark(`${title}, ${lines} ends`);
        assert.doesNotMatch(text, /"errors"/, text);
        counts.push(executed(from, to).filter((statement) => !loops.some((part) => statement.includes(part))));
      }
      const [one = [], many = []] = counts;
      assert.ok(one.length >= 2 && one.length <= 10, `${title}: ${one.join('\n')}`);
      assert.deepEqual(many.toSorted(), one.toSorted(), title);
    }
  });
});

/** Parts of statements that processes execute on their own, and of those that create a company each; readings are recorded up to a hundred at a time. */
const loops = [
  'insert into "company"',
  '"idempotency_key" = ',
  'insert into "audit_entry"',
  'from "revocation"',
  '"deadline_at" <= now()',
  'select now() as now',
];
/** As many parameters as there are values. */
const list = /\(\$\d+(, \$\d+)*\)/g;
