import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateCompanyDocument } from '../../src/client/operations.ts';
import { type Answer, ask } from '../support/ask.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, tokenOf, until } from '../support/processes.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

const limit = 60;

describe('quotas with two APIs on one database and one Redis', { skip: serversMissing, timeout: 300_000 }, () => {
  let cluster: Cluster;
  let here: ApiProgram;
  let there: ApiProgram;

  before(async () => {
    cluster = await openCluster();
    const env = { CUSTOMER_REQUESTS_PER_MINUTE: String(limit) };
    [here, there] = [await cluster.startApi(env), await cluster.startApi(env)];
  });
  after(() => cluster?.close());

  const urlOf = ({ port }: ApiProgram): string => `http://127.0.0.1:${port}/graphql`;
  async function send(api: ApiProgram, token: string, query = '{ __typename }', variables = {}): Promise<Answer> {
    return ask(urlOf(api), {
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
  }
  const secondsLeftOf = ({ headers }: Answer): number => Number(/;t=(\d+)$/.exec(String(headers['ratelimit']))?.[1]);

  /** How many requests of a new customer are answered here, and then there, until each refuses them, all within one minute. */
  let customers = 0;
  async function answeredInOneMinute(): Promise<{ here: number; there: number }> {
    for (;;) {
      customers += 1;
      const token = await tokenOf(`customer-${customers}`, 'customer');
      const answered = { here: 0, there: 0 };
      const leftAtEach: number[] = [];
      for (const [name, api] of [
        ['here', here],
        ['there', there],
      ] as const) {
        for (;;) {
          const answer = await send(api, token);
          leftAtEach.push(secondsLeftOf(answer));
          if (answer.status !== 200) break;
          answered[name] += 1;
        }
      }
      if (leftAtEach.every((left, index) => index === 0 || left <= (leftAtEach[index - 1] ?? 0))) return answered;
    }
  }

  test('two processes count the requests of one customer together', async (t) => {
    const answered = await answeredInOneMinute();
    t.diagnostic(`of ${limit} a minute: ${answered.here} answered here, then ${answered.there} more there`);
    assert.ok(answered.here <= limit);
    // The others count with a delay of a quarter of a second, or of a twentieth of the limit.
    assert.ok(answered.here + answered.there <= limit * 1.25, `${answered.here} and ${answered.there}`);
  });

  test('an operator sees at one process what a partner has sent to the other', async () => {
    const [operator, partner] = [await tokenOf('olga', 'operator'), await tokenOf('remote', 'partner')];
    const query = '{ quotas(owner: { subject: "remote" }) { requestsPerMinute { used } } }';
    await until('three requests within one minute are seen', async () => {
      for (const _ of [1, 2, 3]) await send(there, partner);
      const { text } = await send(here, operator, query);
      return JSON.parse(text).data.quotas.requestsPerMinute.used >= 3;
    });
  });

  const outages: readonly (readonly [string, () => Promise<() => Promise<void>>])[] = [
    [
      'down',
      async () => {
        await cluster.redis.stop();
        return () => cluster.redis.restart();
      },
    ],
    [
      'paused',
      async () => {
        const resume = cluster.redis.pause();
        return async () => resume();
      },
    ],
  ];
  for (const [state, strike] of outages) {
    test(`while Redis is ${state} each process allows the limit for itself, and they count together once it is back`, async (t) => {
      const mend = await strike();
      const alone = await answeredInOneMinute();
      t.diagnostic(`without Redis: ${alone.here} here, ${alone.there} there`);
      assert.deepEqual(alone, { here: limit, there: limit });
      await mend();
      await until('they count together again', async () => {
        const { here: first, there: more } = await answeredInOneMinute();
        return first === limit && more < limit / 2;
      });
    });
  }

  test('limits that an operator sets at one process count at the other within five seconds, both ways', async (t) => {
    const setting = `mutation ($limit: Int) {
      setQuotas(owner: { subject: "limited" }, input: { requestsPerMinute: $limit }) { __typename }
    }`;
    const operator = await tokenOf('olga', 'operator');
    const partner = await tokenOf('limited', 'partner');
    const policyThere = async () => (await send(there, partner)).headers['ratelimit-policy'];
    assert.equal(await policyThere(), '"requests";q=60000;w=60');
    for (const [set, policy] of [
      [70_000, '"requests";q=70000;w=60'],
      [null, '"requests";q=60000;w=60'],
    ] as const) {
      assert.match((await send(here, operator, setting, { limit: set })).text, /SetQuotasSuccess/);
      const setAt = performance.now();
      await until('it counts there', async () => (await policyThere()) === policy, 5_000);
      t.diagnostic(`set to ${set}: known there after ${Math.round(performance.now() - setAt)} ms`);
    }
  });

  test('calm requests cost no statement for their limits', async () => {
    const lookups = (): number =>
      cluster.postgres.log.filter((line) => line.includes('from "quota_override" where "owner"')).length;
    await cluster.query("alter system set log_statement = 'all'");
    await cluster.query('select pg_reload_conf()');
    const token = await tokenOf('calm', 'partner');
    await until('a look-up is logged', async () => (await send(there, token)).status === 200 && lookups() > 0);
    const [before, begun] = [lookups(), performance.now()];
    for (let sent = 0; sent < 200; sent += 1) assert.equal((await send(there, token)).status, 200);
    const periods = Math.ceil((performance.now() - begun) / 2_000);
    assert.ok(lookups() - before <= periods, `${lookups() - before} look-ups for 200 requests`);
    await cluster.query('alter system reset log_statement');
    await cluster.query('select pg_reload_conf()');
  });

  test('a thousand parallel creations with one idempotency key at two processes make one company', async (t) => {
    const token = await tokenOf('portal', 'partner');
    const input = requestFor('once.localhost', { idempotencyKey: 'order-1', customerEmail: 'ann@acme.example' });
    const query = CreateCompanyDocument.toString();
    let refused = 0;
    const created = await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => {
        for (;;) {
          const answer = await send(index % 2 === 0 ? here : there, token, query, { input });
          if (answer.status === 200) return JSON.parse(answer.text).data.createCompany.company.id as string;
          // As many operations of one partner as may wait do so already.
          assert.equal(answer.status, 429, answer.text);
          refused += 1;
        }
      }),
    );
    const rows = await cluster.query<{ id: string }>(`select id from company where created_by = 'portal'`);
    t.diagnostic(`1,000 parallel creations: ${rows.length} company; ${refused} answers were 429, and sent again`);
    assert.equal(rows.length, 1);
    assert.deepEqual(new Set(created), new Set([rows[0]?.id]));
  });

  test('another partner’s single company does not wait for a partner’s thousand', async (t) => {
    const many = await here.clientOf('many', 'partner');
    const names = Array.from({ length: 1_000 }, (_, index) => `many-${index}`);
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        for (let name = names.pop(); name !== undefined; name = names.pop()) {
          const customerEmail = `${name}@acme.example`;
          await createCompany(many, requestFor(`${name}.localhost`, { customerEmail }));
        }
      }),
    );
    const worker = cluster.startWorker();
    const claimed = async (owner: string): Promise<number> =>
      (await cluster.query(`select from company where created_by = '${owner}' and status <> 'QUEUED'`)).length;
    await until('the thousand are under way', async () => (await claimed('many')) >= 3);
    const single = await createCompany(await there.clientOf('single', 'partner'), requestFor('single.localhost'));
    const waited = `select extract(epoch from provisioning_started_at - queued_at) * 1000 as waited,
      (select count(*)::int from company as other where other.created_by = 'many'
        and other.provisioning_started_at between company.queued_at and company.provisioning_started_at) as before
      from company where id = $1 and provisioning_started_at is not null`;
    const read = () => cluster.query<{ waited: string; before: number }>(waited, single.id);
    await until('the single one is claimed', async () => (await read()).length > 0);
    const [row] = await read();
    const left = await cluster.query(`select from company where created_by = 'many' and status = 'QUEUED'`);
    t.diagnostic(
      `with ${left.length} of another partner waiting, a single company waited ${Math.round(Number(row?.waited))} ms, and ${row?.before} of theirs came before it`,
    );
    await worker.end('SIGKILL');
    assert.ok(left.length > 900);
    assert.ok(row && row.before <= 1, 'at most the one whose turn had come');
  });
});
