import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ExecutionResult } from 'graphql';
import { Client } from 'pg';
import {
  CancelProvisioningDocument,
  EventsDocument,
  type EventsQuery,
  ProvisionCompanyDocument,
} from '../../src/client/operations.ts';
import { ask } from '../support/ask.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, tokenOf } from '../support/processes.ts';
import { exampleWith } from '../support/readme.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

describe('the event log of two APIs', { skip: serversMissing }, () => {
  let cluster: Cluster;
  let apis: readonly [ApiProgram, ApiProgram];
  before(async () => {
    cluster = await openCluster();
    apis = await Promise.all([cluster.startApi(), cluster.startApi()]);
  });
  after(() => cluster?.close());

  /** Reads what is new for its customer, at either API in turn. */
  async function openConsumer(customer: string) {
    const clients = await Promise.all(apis.map((api) => api.clientOf(customer, 'customer')));
    const seen: string[] = [];
    let cursor: string | null = null;
    let turns = 0;
    return {
      seen,
      async readNew(): Promise<void> {
        for (;;) {
          turns += 1;
          const client = clients[turns % clients.length] ?? assert.fail();
          const { events } = await client.execute(EventsDocument, { after: cursor, first: 7 });
          seen.push(...events.edges.map(({ node }) => `${node.company.id} ${node.version}`));
          cursor = events.pageInfo.endCursor ?? cursor;
          if (!events.pageInfo.hasNextPage) return;
        }
      },
    };
  }

  test('an event that commits after a later one is not hidden by it', async () => {
    const client = await apis[0].clientOf('hidden', 'customer');
    const { id: early } = await createCompany(client, requestFor('hidden-early.localhost', { draft: true }));
    const consumer = await openConsumer('hidden');
    const slow = new Client(cluster.postgres.url);
    await slow.connect();
    await slow.query('begin');
    await slow.query('update company set version = 2 where id = $1', [early]);
    await slow.query(
      `insert into company_event (company_id, version, attempt, status, site_status, progress, kind, message)
       values ($1, 2, 0, 'DRAFT', 'NOT_CREATED', 0, 'RETURNED_TO_DRAFT', 'Written early, committed late.')`,
      [early],
    );
    const { id: late } = await createCompany(client, requestFor('hidden-late.localhost', { draft: true }));
    await consumer.readNew();
    assert.deepEqual(consumer.seen, [`${early} 1`, `${late} 1`]);
    await slow.query('commit');
    await slow.end();
    await consumer.readNew();
    assert.deepEqual(consumer.seen, [`${early} 1`, `${late} 1`, `${early} 2`]);
  });

  test('consumers that read while companies move get every event once, each company’s in order', async () => {
    const client = await apis[1].clientOf('busy', 'customer');
    const consumers = await Promise.all([openConsumer('busy'), openConsumer('busy'), openConsumer('busy')]);
    let isOver = false;
    const reading = consumers.map(async ({ readNew }) => {
      while (!isOver) await readNew();
      await readNew();
    });
    const moving = Array.from({ length: 8 }, async (_, index) => {
      const { id: companyId } = await createCompany(client, requestFor(`busy-${index}.localhost`));
      for (let turn = 0; turn < 5; turn += 1) {
        await client.execute(CancelProvisioningDocument, { companyId });
        await client.execute(ProvisionCompanyDocument, { companyId });
      }
    });
    await Promise.all(moving);
    isOver = true;
    await Promise.all(reading);
    const rows = await cluster.query<{ name: string }>(
      `select company_id || ' ' || version as name from company_event where owner = 'busy' order by position`,
    );
    assert.equal(rows.length, 8 * 11);
    for (const { seen } of consumers)
      assert.deepEqual(
        seen,
        rows.map(({ name }) => name),
      );
    const versions = Map.groupBy(rows, ({ name }) => name.split(' ')[0]).values();
    for (const names of versions)
      assert.deepEqual(
        names.map(({ name }) => Number(name.split(' ')[1])),
        Array.from({ length: 11 }, (_, index) => index + 1),
      );
  });

  test('the README’s query and subscription continue at one cursor, at any API and as a browser does', async () => {
    const client = await apis[0].clientOf('reader', 'customer');
    const authorization = `Bearer ${await tokenOf('reader', 'customer')}`;
    const { id: first } = await createCompany(client, requestFor('reader-one.localhost', { draft: true }));
    const body = JSON.stringify({
      query: exampleWith('events(after: $cursor', 'graphql'),
      variables: { cursor: null },
    });
    const answer = await ask(`http://127.0.0.1:${apis[0].port}/graphql`, { headers: { authorization }, body });
    // Cast: the README's query selects this.
    const { events } = (JSON.parse(answer.text) as ExecutionResult<EventsQuery>).data ?? assert.fail(answer.text);
    assert.deepEqual(
      events.edges.map(({ node }) => node.company.id),
      [first],
    );

    const query = exampleWith('companiesStatusChanged(after: $cursor', 'graphql');
    /** The next messages of the subscription, as a browser's EventSource gets them. */
    const messages = async (api: ApiProgram, count: number, lastEventId = ''): Promise<string[]> => {
      const search = new URLSearchParams({ query, variables: JSON.stringify({ cursor: events.pageInfo.endCursor }) });
      const headers = { authorization, accept: 'text/event-stream', 'last-event-id': lastEventId };
      const response = await fetch(`http://127.0.0.1:${api.port}/graphql?${search}`, { headers });
      let text = '';
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        const complete = text.split('\n\n').filter((message) => message.startsWith('id: '));
        if (complete.length >= count) return complete.slice(0, count);
      }
      return assert.fail(text);
    };
    const coming = messages(apis[0], 1);
    const { id: second } = await createCompany(client, requestFor('reader-two.localhost', { draft: true }));
    const [message = ''] = await coming;
    assert.match(message, new RegExp(`"id":"${second}"`));
    const { id: third } = await createCompany(client, requestFor('reader-three.localhost', { draft: true }));
    const both = await messages(apis[1], 2);
    assert.equal(both[0], message);
    assert.match(both[1] ?? '', new RegExp(`"id":"${third}"`));
    const seen = /^id: (\d+)$/m.exec(message)?.[1];
    assert.deepEqual(await messages(apis[1], 1, seen), both.slice(1));
  });
});
