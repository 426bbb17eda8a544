import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openClient } from '../../src/client/client.ts';
import { CancelProvisioningDocument, ProvisionCompanyDocument } from '../../src/client/operations.ts';
import { chromiumMissing, openPage } from '../support/chromium.ts';
import { freePort, serversMissing } from '../support/private-servers.ts';
import { openCluster, type Program, tokenOf } from '../support/processes.ts';
import { exampleWith } from '../support/readme.ts';
import { createCompany, readCompany, requestFor } from '../support/test-service.ts';

/** What an example has shown so far, line by line. */
class Output {
  readonly lines: string[] = [];
  readonly #news = new EventTarget();

  readonly add = (line: string): void => {
    this.lines.push(line);
    this.#news.dispatchEvent(new Event('line'));
  };

  /** Resolves once this line is there; rejects when the example has ended without it. */
  async until(isThere: (line: string) => boolean): Promise<void> {
    while (!this.lines.some(isThere)) {
      assert.ok(!/^(exit|failed)/.test(this.lines.at(-1) ?? ''), this.lines.join('\n'));
      await once(this.#news, 'line');
    }
  }
}

/** Runs an example; returns how to end it before its time. */
type Run = (code: string, output: Output) => Promise<() => void | Promise<void>>;

const inNode: Run = async (code, output) => {
  // Inside the repository, so that the example finds its library.
  const folder = mkdtempSync(join(import.meta.dirname, 'resume-'));
  const file = join(folder, 'example.mjs');
  writeFileSync(file, `const report = console.log;\n${code}`);
  const example = spawn(process.execPath, [file], { env: { PATH: process.env['PATH'] }, stdio: 'pipe' });
  for (const stream of [example.stdout, example.stderr]) createInterface(stream).on('line', output.add);
  // By itself: nothing that the client has open may keep the program from ending.
  example.once('close', (exitCode) => output.add(`exit ${exitCode}`));
  return () => {
    example.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
};

const inChromium: Run = async (code, output) => {
  const modules = { 'graphql-sse': 'graphql-sse/lib/client.mjs', 'graphql-ws': 'graphql-ws/dist/client.js' };
  const page = await openPage(code, modules, output.add);
  return page.close;
};

describe('the README’s example, through a kill and an orderly end of the API', { skip: serversMissing }, () => {
  const watchers = [
    ...['graphql-sse', 'graphql-ws', 'urql', 'Apollo Client'].map((library) => {
      return {
        library,
        place: 'Node',
        run: inNode,
        last: 'exit 0',
        output: new Output(),
        skip: false as string | false,
      };
    }),
    ...['graphql-sse', 'graphql-ws', 'EventSource'].map((library) => {
      return {
        library,
        place: 'Chromium',
        run: inChromium,
        last: 'ended',
        output: new Output(),
        skip: chromiumMissing,
      };
    }),
  ];
  const watching = watchers.filter(({ skip }) => skip === false);
  let versions: number[];

  before(
    async () => {
      await using closing = new AsyncDisposableStack();
      const cluster = await openCluster();
      closing.defer(() => cluster.close());
      const port = await freePort();
      const base = `http://127.0.0.1:${port}`;
      const token = await tokenOf('jane', 'customer');
      const jane = openClient(`${base}/graphql`, token);
      const startApi = async (): Promise<Program> => {
        const api = cluster.start('src/api.ts', { PORT: `${port}` });
        await api.line(({ msg }) => msg === 'listening', 'it listens');
        return api;
      };

      let api = await startApi();
      const { id } = await createCompany(jane, requestFor('resume.localhost', { draft: true }));
      for (const { library, run, output } of watching) {
        closing.defer(await run(exampleOf(library, { id, token, port }), output));
      }
      await everybodySees('event 1 DRAFT');
      for (const [signal, version] of [
        ['SIGKILL', 2],
        ['SIGTERM', 4],
      ] as const) {
        await api.end(signal);
        api = await startApi();
        await untilStreamsAre(base, watching.length);
        await jane.execute(ProvisionCompanyDocument, { companyId: id });
        await everybodySees(`event ${version} QUEUED`);
        await jane.execute(CancelProvisioningDocument, { companyId: id });
        await everybodySees(`event ${version + 1} DRAFT`);
      }
      await jane.execute(ProvisionCompanyDocument, { companyId: id });
      cluster.startWorker();
      await Promise.all(watching.map(({ output, last }) => output.until((line) => line === last)));
      const { version } = await readCompany(jane, id);
      versions = Array.from({ length: version }, (_, index) => index + 1);
    },
    { timeout: 240_000 },
  );

  for (const { library, place, output, skip } of watchers) {
    test(`the README’s example with ${library} in ${place} shows every event once, and ends`, { skip }, () => {
      const events = output.lines.filter((line) => line.startsWith('event'));
      assert.deepEqual(
        events.map((line) => Number(line.split(' ')[1])),
        versions,
        output.lines.join('\n'),
      );
      assert.match(events.at(-1) ?? '', /ACTIVE$/);
    });
  }

  async function everybodySees(event: string): Promise<void> {
    await Promise.all(watching.map(({ output }) => output.until((line) => line === event)));
  }
});

/** The README's client over a WebSocket, up to where it subscribes. */
const [socket = ''] = exampleWith("from 'graphql-ws'", 'js').split('await new Promise');
const given = exampleWith('subscriptionExchange', 'js');
const [, exchange = ''] = /^(subscriptionExchange\(.*?^\}\));/ms.exec(given) ?? [];
const [, link = ''] = /^(new GraphQLWsLink\(.*?\));/m.exec(given) ?? [];

/** Clients that the README gives its own `subscribe`, each with the least around it. */
const examples: Readonly<Record<string, string>> = {
  urql: `
import { Client, subscriptionExchange } from '@urql/core';
${socket}
const urql = new Client({ url: 'http://localhost:4000/graphql', exchanges: [${exchange}] });
await new Promise((complete, failed) => {
  urql.subscription(query, { id, since: 0 }).subscribe(({ data, error, hasNext }) => {
    if (error) failed(error);
    else if (hasNext) console.log(data.companyStatusChanged);
    else complete();
  });
});`,
  'Apollo Client': `
import { ApolloClient, gql, InMemoryCache } from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
${socket}
const apollo = new ApolloClient({ link: ${link}, cache: new InMemoryCache() });
await new Promise((complete, failed) => {
  const next = ({ data, error }) => (error ? failed(error) : console.log(data.companyStatusChanged));
  apollo.subscribe({ query: gql(query), variables: { id, since: 0 } }).subscribe({ next, error: failed, complete });
});`,
};

/** The example as people copy it, with what it takes for given; it reports the events that it would show, and its end. */
function exampleOf(library: string, { id, token, port }: { id: string; token: string; port: number }): string {
  const [query] = exampleWith('const query', 'js').match(/^const query = `.*?`;$/ms) ?? assert.fail('no query');
  const example = (
    examples[library] ?? exampleWith(library === 'EventSource' ? 'new EventSource' : `from '${library}'`, 'js')
  ).replaceAll('localhost:4000', `127.0.0.1:${port}`);
  return `const token = '${token}', id = '${id}';
${example.includes(query) ? '' : query}
console.log = ({ version, status }) => report('event ' + version + ' ' + status);
${example}
report('ended');`;
}

/** Live streams, by the API's own count. */
async function untilStreamsAre(base: string, count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${base}/metrics`)).text();
    if (metrics.includes(`\nprovisioning_streams_open ${count}\n`)) return;
    await pause(100);
  }
}
