import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Role } from '../src/access/viewer.ts';
import { CreateCompanyDocument } from '../src/client/operations.ts';
import { type Answer, ask } from './support/ask.ts';
import { until } from './support/processes.ts';
import { exampleWith } from './support/readme.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

// Nobody works, so that what is queued waits.
const { clientOf, tokenOf, url } = await openTestService(
  { after },
  {
    parts: { api: true, worker: false },
    env: { PARTNER_COMPANIES_WAITING: '3', CUSTOMER_COMPANIES_WAITING: '2', PARTNER_REQUESTS_PER_MINUTE: '5000' },
  },
);

const headersOf = async (subject: string, role: Role) => ({ authorization: `Bearer ${await tokenOf(subject, role)}` });
async function send(subject: string, role: Role, query: string, variables = {}) {
  const { text } = await ask(url, {
    headers: await headersOf(subject, role),
    body: JSON.stringify({ query, variables }),
  });
  return JSON.parse(text);
}

const all = ['requestsPerMinute', 'companiesPerDay', 'companiesWaiting', 'attemptsAtOnce', 'streams'];
const fields = `owner { tenant subject } ${all.map((quota) => `${quota} { limit used isOverridden }`).join(' ')}`;
const setting = `mutation ($owner: OwnerInput!, $input: SetQuotasInput!) {
  setQuotas(owner: $owner, input: $input) {
    __typename
    ... on SetQuotasSuccess { quotas { ${fields} } }
    ... on ValidationError { faults { field code message } }
  }
}`;
const setQuotas = async (owner: object, input: object) =>
  (await send('olga', 'operator', setting, { owner, input })).data.setQuotas;
const quotasOf = async (subject: string, role: Role = 'partner') =>
  (await send(subject, role, `{ quotas { ${fields} } }`)).data.quotas;
const create = async (subject: string, name: string) => {
  const input = requestFor(`${name}.localhost`);
  return (await (await clientOf(subject, 'partner')).execute(CreateCompanyDocument, { input })).createCompany;
};

describe('quotas at run time', () => {
  test('an operator sets limits of one partner, who has them at once, and null returns to the usual ones', async () => {
    const usual = { limit: 3, used: 0, isOverridden: false };
    assert.deepEqual((await quotasOf('portal')).companiesWaiting, usual);
    const { quotas } = await setQuotas({ subject: 'portal' }, { companiesWaiting: 1, companiesPerDay: 2 });
    assert.deepEqual(quotas.owner, { tenant: null, subject: 'portal' });
    assert.deepEqual(quotas.companiesWaiting, { limit: 1, used: 0, isOverridden: true });

    await createCompany(await clientOf('portal', 'partner'), requestFor('portal-1.localhost'));
    const refused = await create('portal', 'portal-2');
    assert.ok(refused.__typename === 'QuotaExceeded');
    assert.deepEqual(
      [refused.quota, refused.limit, refused.used, refused.perCustomer],
      ['COMPANIES_WAITING', 1, 1, false],
    );
    for (const name of ['rival-1', 'rival-2'])
      assert.equal((await create('rival', name)).__typename, 'CreateCompanySuccess');

    await setQuotas({ subject: 'portal' }, { companiesWaiting: null });
    await createCompany(await clientOf('portal', 'partner'), requestFor('portal-2.localhost'));
    const perDay = await create('portal', 'portal-3');
    assert.ok(perDay.__typename === 'QuotaExceeded');
    assert.deepEqual([perDay.quota, perDay.limit], ['COMPANIES_PER_DAY', 2]);
    const { companiesWaiting, companiesPerDay } = await quotasOf('portal');
    assert.deepEqual(companiesWaiting, { limit: 3, used: 2, isOverridden: false });
    assert.deepEqual(companiesPerDay, { limit: 2, used: 2, isOverridden: true });
  });

  test('a set limit on requests counts within seconds, with the typed refusal and its headers', async () => {
    const headers = await headersOf('busy', 'partner');
    assert.equal((await ask(url, { headers })).status, 200);
    await setQuotas({ subject: 'busy' }, { requestsPerMinute: 5 });
    let refused: Answer | undefined;
    await until('requests are refused', async () => {
      const answer = await ask(url, { headers });
      if (answer.status === 429) refused = answer;
      return refused !== undefined;
    });
    assert.equal(refused?.headers['ratelimit-policy'], '"requests";q=5;w=60');
    const retryAfter = refused?.headers['retry-after'];
    assert.equal(refused?.headers['ratelimit'], `"requests";r=0;t=${retryAfter}`);
    assert.deepEqual(JSON.parse(refused?.text ?? '').errors[0].extensions, {
      code: 'TOO_MANY_REQUESTS',
      quota: 'REQUESTS_PER_MINUTE',
      limit: 5,
      retryAfterSeconds: Number(retryAfter),
    });
    await setQuotas({ subject: 'busy' }, { requestsPerMinute: null });
    await until('requests are allowed', async () => (await ask(url, { headers })).status === 200);
    const { requestsPerMinute } = await quotasOf('busy');
    assert.equal(requestsPerMinute.limit, 5_000);
    assert.ok(requestsPerMinute.used >= 1, 'this one');
  });

  test('a set limit on streams counts within seconds', async (t) => {
    const { id } = await createCompany(await clientOf('watcher', 'partner'), requestFor('watched.localhost'));
    await setQuotas({ subject: 'watcher' }, { streams: 1 });
    const leaving = new AbortController();
    t.after(() => leaving.abort());
    const headers = { ...(await headersOf('watcher', 'partner')), accept: 'text/event-stream' };
    const query = `subscription { companyStatusChanged(companyId: "${id}") { version } }`;
    const open = () => fetch(`${url}?${new URLSearchParams({ query })}`, { headers, signal: leaving.signal });
    assert.equal((await open()).status, 200);
    await until('a second stream is refused', async () => {
      const { status, body } = await open();
      if (status === 200) await body?.cancel();
      return status === 429;
    });
    await until('one is left', async () => (await quotasOf('watcher')).streams.used === 1);
  });

  test('a limit that is none, and an owner that is none or two, is refused with its field and changes nothing', async () => {
    const wrong = await setQuotas({}, { streams: 0, companiesPerDay: 1_000_001, companiesWaiting: 7 });
    assert.deepEqual(
      wrong.faults.map(({ field }: { field: string }) => field),
      ['owner', 'companiesPerDay', 'streams'],
    );
    for (const owner of [{ tenant: 'x', subject: 'x' }, { subject: '' }, { tenant: 'a\u001Fb' }])
      assert.deepEqual((await setQuotas(owner, { streams: 1 })).faults[0].field, 'owner');
    assert.equal(
      (await setQuotas({ subject: 'kept' }, { streams: -1, companiesPerDay: 9 })).__typename,
      'ValidationError',
    );
    assert.equal((await quotasOf('kept')).companiesPerDay.isOverridden, false);
  });

  test('partners and customers see their own limits, and operators everybody’s', async () => {
    await setQuotas({ tenant: 'acme' }, { attemptsAtOnce: 2 });
    const query = 'query ($owner: OwnerInput) { quotas(owner: $owner) { attemptsAtOnce { limit isOverridden } } }';
    const ofTenant = { owner: { tenant: 'acme' } };
    const seen = await send('olga', 'operator', query, ofTenant);
    assert.deepEqual(seen.data.quotas.attemptsAtOnce, { limit: 2, isOverridden: true });
    const { extensions } = (await send('acme', 'partner', query, ofTenant)).errors[0];
    assert.deepEqual(extensions, { code: 'BAD_USER_INPUT', field: 'owner' });
    const own = await send('acme', 'partner', query, { owner: { subject: 'acme' } });
    assert.deepEqual(own.data.quotas.attemptsAtOnce, { limit: 10, isOverridden: false });
    assert.equal((await quotasOf('jane', 'customer')).companiesWaiting.limit, 2);
    const tenTimes = Array.from({ length: 10 }, (_, index) => `of${index}: quotas { streams { limit } }`).join(' ');
    assert.match(JSON.stringify(await send('jane', 'customer', `{ ${tenTimes} }`)), /"errors":.*complex/);
  });
});

test('the README’s examples set and show quotas', async () => {
  const set = await send('olga', 'operator', exampleWith('setQuotas', 'graphql'));
  assert.deepEqual(set.data.setQuotas.quotas.companiesPerDay, { limit: 20_000, used: 0, isOverridden: true });
  const shown = await send('newcomer', 'partner', exampleWith('quotas {\n    requests', 'graphql'));
  assert.deepEqual(shown.data.quotas.companiesPerDay, { limit: 10_000, used: 0 });
});

describe('RateLimit headers', () => {
  const rateOf = ({ headers }: Answer) => {
    const [, left, seconds] = /^"requests";r=(\d+);t=(\d+)$/.exec(String(headers['ratelimit'])) ?? assert.fail();
    return { left: Number(left), seconds: Number(seconds) };
  };

  test('every answer to a partner says what is left of their minute', async () => {
    const headers = await headersOf('reader', 'partner');
    assert.equal(rateOf(await ask(url, { headers })).left, 4_999, 'the first request counts already');
    for (;;) {
      const [first, second] = [await ask(url, { headers }), await ask(url, { headers })];
      assert.equal(first.headers['ratelimit-policy'], '"requests";q=5000;w=60');
      assert.match(String(first.headers['access-control-expose-headers']), /ratelimit, ratelimit-policy/);
      const [before, then] = [rateOf(first), rateOf(second)];
      assert.ok(then.seconds >= 1 && then.seconds <= 60);
      // Another minute may have begun.
      if (then.seconds > before.seconds) continue;
      assert.equal(then.left, before.left - 1);
      break;
    }
    for (const body of ['{', '{"query":"{"}', '{"query":"{ none }"}'])
      assert.ok(rateOf(await ask(url, { headers, body })).left > 0);
  });

  test('answers to operators, who have no limit, and to nobody have none', async () => {
    for (const headers of [await headersOf('olga', 'operator'), {}]) {
      const answer = await ask(url, { headers });
      assert.equal(answer.headers['ratelimit'], undefined);
      assert.equal(answer.headers['ratelimit-policy'], undefined);
    }
  });
});
