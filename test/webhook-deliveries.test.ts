import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { numberEvents } from '../src/company/event-log.ts';
import { deleteOldDeliveries, recordOutcome, takeDueDeliveries } from '../src/webhooks/deliveries.ts';
import { deleteEndpoint, findEndpoint, rotateSecret, updateEndpoint } from '../src/webhooks/endpoints.ts';
import { fanOut } from '../src/webhooks/fan-out.ts';
import { listDeliveries } from '../src/webhooks/list-deliveries.ts';
import { queueTestMessage, requeueMessages } from '../src/webhooks/queue-messages.ts';
import { pauseAfter, usualSchedule } from '../src/webhooks/retry-schedule.ts';
import { openCompanyStore } from './support/company-store.ts';
import { faultyDatabase } from './support/faulty-database.ts';
import { until } from './support/processes.ts';
import { appendEvent, openReceivingEndpoint, startWebhooks } from './support/webhook-deliveries.ts';

const store = await openCompanyStore(after);
const { db, em } = store;
const every = ['CREATED', 'QUEUED', 'CORRECTED', 'SUCCEEDED', 'FAILED'] as const;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await em.execute('delete from webhook_endpoint');
  await em.execute('delete from webhook_delivery');
});
const receiverOf = async (options?: Parameters<typeof openReceivingEndpoint>[1]) => {
  const receiver = await openReceivingEndpoint(store, options);
  closers.push(receiver.close);
  return receiver;
};
const start = (changes?: Parameters<typeof startWebhooks>[1]) => {
  const webhooks = startWebhooks(store, changes);
  closers.push(() => webhooks.close());
};
/** Makes the deliveries of what has happened, as a worker does. */
const fanOutAll = async (): Promise<void> => {
  await numberEvents(db);
  while (await fanOut(db));
};
const deliveriesOf = async (endpointId: string) =>
  await listDeliveries(db, endpointId, undefined, { fromEnd: true, limit: 100 });
const statesOf = async (endpointId: string) => (await deliveriesOf(endpointId)).map(({ state }) => state);
const createCompany = () => store.create(`webhooks-${randomBytes(6).toString('hex')}`);

describe('what is sent to webhook endpoints', () => {
  test('an endpoint gets the events of its owner that it wants, from when it was made, once', async () => {
    const early = await createCompany();
    const [wanting, sparing, anothers] = [
      await receiverOf({ kinds: every }),
      await receiverOf(),
      await receiverOf({ owner: 'somebody else', kinds: every }),
    ];
    const company = await createCompany();
    await appendEvent(store, early.id);
    await appendEvent(store, company.id, 'SUCCEEDED');
    start();
    start();
    await wanting.until(() => wanting.received.length === 3);
    await sparing.until(() => sparing.received.length === 1);
    assert.deepEqual(wanting.acceptedOf(early.id), [2]);
    assert.deepEqual(wanting.acceptedOf(company.id), [1, 2]);
    assert.deepEqual(sparing.acceptedOf(company.id), [2]);
    await until('all is recorded', async () =>
      (await statesOf(wanting.endpoint.id)).every((state) => state === 'DELIVERED'),
    );
    assert.deepEqual([wanting.faults, anothers.received, anothers.faults], [[], [], []]);
    assert.deepEqual(await statesOf(sparing.endpoint.id), ['DELIVERED']);
  });

  test('a message says what happened to which company, and nothing that is secret', async () => {
    const receiver = await receiverOf({ kinds: ['SUCCEEDED'] });
    const company = await createCompany();
    await appendEvent(store, company.id, 'SUCCEEDED');
    start();
    await receiver.until(() => receiver.received.length === 1);
    const [{ position, occurred_at } = { position: '', occurred_at: '' }] = await em.execute(
      'select position, occurred_at from company_event where company_id = ? and version = 2',
      [company.id],
    );
    assert.deepEqual(JSON.parse(receiver.received[0]?.body ?? ''), {
      type: 'company.active',
      timestamp: new Date(occurred_at).toISOString(),
      data: {
        companyId: company.id,
        version: 2,
        status: 'QUEUED',
        siteUrl: `https://${company.site_name}`,
        cursor: String(position),
      },
    });
  });

  test('a message that fails is sent again with its id, and later events of its company wait for it', async () => {
    const receiver = await receiverOf({ kinds: every });
    const [company, other] = [await createCompany(), await createCompany()];
    await appendEvent(store, company.id);
    let refusals = 3;
    receiver.answer(({ body }) => {
      if (JSON.parse(body).data.companyId !== company.id || refusals === 0) return 200;
      refusals -= 1;
      return ([500, 302, 'hang up'] as const)[refusals] ?? 500;
    });
    start();
    await receiver.until(() => receiver.acceptedOf(company.id).length === 2);
    assert.deepEqual(receiver.acceptedOf(company.id), [1, 2]);
    assert.deepEqual(receiver.acceptedOf(other.id), [1]);
    const ofFirst = receiver.received.filter(({ body }) => {
      const { companyId, version } = JSON.parse(body).data;
      return companyId === company.id && version === 1;
    });
    assert.equal(ofFirst.length, 4);
    assert.equal(new Set(ofFirst.map(({ id }) => id)).size, 1);
    assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 3);
  });

  test('a message is given up after its last failure, and the next event of its company is sent', async () => {
    const receiver = await receiverOf({ kinds: every });
    const company = await createCompany();
    await appendEvent(store, company.id);
    receiver.answer(({ body }) => (JSON.parse(body).data.version === 1 ? 500 : 200));
    start();
    await receiver.until(() => receiver.acceptedOf(company.id).length === 1);
    assert.deepEqual(
      receiver.received.map(({ body }) => JSON.parse(body).data.version),
      [1, 1, 1, 1, 2],
    );
    const [first] = await deliveriesOf(receiver.endpoint.id);
    assert.deepEqual([first?.state, first?.tries, first?.last_status, first?.last_fault], ['GIVEN_UP', 4, 500, null]);
    assert.ok(first?.ended_at);
  });

  test('an endpoint that does not answer delays no other one', async () => {
    const [silent, quick] = [await receiverOf({ kinds: every }), await receiverOf({ kinds: every })];
    silent.answer(() => 'hang');
    const companies = await Promise.all(Array.from({ length: 20 }, createCompany));
    start();
    await quick.until(() => quick.received.length === companies.length);
    assert.ok(silent.received.length < companies.length, `${silent.received.length} of ${companies.length} were tried`);
  });

  test('however many endpoints are sent to, most connections to the database stay free', async () => {
    const receivers = await Promise.all(Array.from({ length: 12 }, () => receiverOf({ kinds: every })));
    await Promise.all(Array.from({ length: 8 }, createCompany));
    let [running, most] = [0, 0];
    const begun = () => {
      running += 1;
      most = Math.max(most, running);
      return 'answered' as const;
    };
    const slowly = async () => {
      await nextTurn();
      running -= 1;
    };
    start({ db: faultyDatabase(db, begun, slowly) });
    for (const receiver of receivers) await receiver.until(() => receiver.received.length === 8);
    // Three for sending, and the loop's own.
    assert.ok(most <= 4, `${most} statements ran at once`);
  });

  test('an attempt that its worker did not record is made again with the same id, and the first worker cannot record it any more', async () => {
    const receiver = await receiverOf({ kinds: every });
    await createCompany();
    await fanOutAll();
    const [lost] = await takeDueDeliveries(db, receiver.endpoint.id, 1);
    assert.ok(lost);
    assert.deepEqual(await takeDueDeliveries(db, receiver.endpoint.id, 1), []);
    await em.execute(`update webhook_delivery set try_until = now() - interval '1 second'`);
    start();
    await receiver.until(() => receiver.received.length === 1);
    assert.equal(receiver.received[0]?.id, lost.id);
    await until('it is recorded', async () => (await statesOf(receiver.endpoint.id))[0] === 'DELIVERED');
    const late = { kind: 'answered', status: 500, durationMs: 1 } as const;
    await recordOutcome(db, lost, { answer: late, pause: 1_000, endpoint: 'fails' });
    const [delivery] = await deliveriesOf(receiver.endpoint.id);
    assert.deepEqual([delivery?.state, delivery?.tries, delivery?.last_status], ['DELIVERED', 2, 200]);
    assert.equal((await findEndpoint(db, receiver.endpoint.id, undefined))?.failing_since, null);
  });

  test('a worker that shuts down leaves what it was sending to the next one at once', async () => {
    const receiver = await receiverOf({ kinds: every });
    receiver.answer(() => 'hang');
    await createCompany();
    const first = startWebhooks(store);
    await receiver.until(() => receiver.received.length === 1);
    await first.close();
    receiver.answer(() => 200);
    start();
    await receiver.until(() => receiver.received.length === 2);
    assert.equal(receiver.received[1]?.id, receiver.received[0]?.id);
  });

  test('a company’s event is sent while no other one of it is, also when an earlier one is queued again', async () => {
    const receiver = await receiverOf({ kinds: every });
    const company = await createCompany();
    await fanOutAll();
    await em.execute(`update webhook_delivery set state = 'GIVEN_UP', ended_at = now()`);
    await appendEvent(store, company.id);
    await fanOutAll();
    const [second] = await takeDueDeliveries(db, receiver.endpoint.id, 8);
    assert.equal(second?.version, 2);
    const end = Number(second.event_position);
    await requeueMessages(db, receiver.endpoint, { after: end - 2, until: end, includeDelivered: false });
    assert.deepEqual(await takeDueDeliveries(db, receiver.endpoint.id, 8), []);
    const answer = { kind: 'answered', status: 200, durationMs: 1 } as const;
    await recordOutcome(db, second, { answer, pause: undefined, endpoint: 'works' });
    assert.deepEqual(
      (await takeDueDeliveries(db, receiver.endpoint.id, 8)).map(({ version }) => version),
      [1],
    );
  });
});

describe('the retries of webhooks', () => {
  test('an event is sent ten times within about three days, at moments that differ a little', () => {
    const pauses = Array.from({ length: 10 }, (_, index) => pauseAfter(usualSchedule, index + 1));
    assert.equal(pauses[9], undefined);
    const days = pauses.reduce<number>((sum, pause = 0) => sum + pause, 0) / 86_400_000;
    assert.ok(days > 2.8 && days < 3.6, `${days} days`);
    const last = Array.from({ length: 50 }, () => pauseAfter(usualSchedule, 9) ?? 0);
    assert.ok(new Set(last).size > 10);
    for (const pause of last) assert.ok(Math.abs(pause / 86_400_000 - 1) <= 0.1);
  });
});

describe('disabled webhook endpoints', () => {
  const endpointOf = (receiver: { endpoint: { id: string } }) => findEndpoint(db, receiver.endpoint.id, undefined);

  test('an endpoint that answers 410 is disabled, and what waits for it is given up', async () => {
    const receiver = await receiverOf({ kinds: every });
    receiver.answer(() => 410);
    const company = await createCompany();
    await appendEvent(store, company.id);
    start();
    await until('it is disabled', async () => (await endpointOf(receiver))?.disabled_reason === 'GONE');
    await until('all is given up', async () =>
      (await statesOf(receiver.endpoint.id)).every((state) => state === 'GIVEN_UP'),
    );
    await createCompany();
    await fanOutAll();
    assert.equal((await deliveriesOf(receiver.endpoint.id)).length, 2);
    assert.equal(receiver.received.length, 1);
  });

  test('an endpoint that fails is disabled after five days without a success, and not before', async () => {
    const [days, hours] = [await receiverOf({ kinds: every }), await receiverOf({ kinds: every })];
    for (const receiver of [days, hours]) receiver.answer(() => 500);
    await createCompany();
    start({ schedule: [] });
    for (const receiver of [days, hours])
      await until('a failure is recorded', async () => (await endpointOf(receiver))?.failing_since != null);
    const failing = async (receiver: typeof days, since: string) =>
      em.execute(`update webhook_endpoint set failing_since = now() - interval '${since}' where id = ?`, [
        receiver.endpoint.id,
      ]);
    await failing(days, '121 hours');
    await failing(hours, '119 hours');
    await createCompany();
    await until('it is disabled', async () => (await endpointOf(days))?.disabled_reason === 'FAILING');
    await until(
      'the other one has failed again',
      async () => (await statesOf(hours.endpoint.id)).filter((state) => state === 'GIVEN_UP').length === 2,
    );
    assert.equal((await endpointOf(hours))?.disabled_at, null);
  });

  test('a success ends the time of failures', async () => {
    const receiver = await receiverOf({ kinds: every });
    await em.execute(`update webhook_endpoint set failing_since = now() - interval '4 days'`);
    await createCompany();
    start();
    await until('it works again', async () => (await endpointOf(receiver))?.failing_since === null);
    assert.equal((await endpointOf(receiver))?.disabled_at, null);
  });

  test('what happened while an endpoint was disabled is sent once it is asked for', async () => {
    const receiver = await receiverOf({ kinds: every });
    const { id } = receiver.endpoint;
    const before = await createCompany();
    start();
    await receiver.until(() => receiver.received.length === 1);
    await updateEndpoint(db, id, undefined, { enabled: false });
    const missed = await createCompany();
    await fanOutAll();
    assert.equal((await updateEndpoint(db, id, undefined, { enabled: true }))?.disabled_at, null);
    const range = { after: 0, until: Number.MAX_SAFE_INTEGER, includeDelivered: false };
    const requeued = await requeueMessages(db, receiver.endpoint, range);
    assert.equal(requeued?.hasMore, false);
    await receiver.until(() => receiver.acceptedOf(missed.id).length === 1);
    await until('all is recorded', async () => !(await statesOf(id)).includes('WAITING'));
    assert.deepEqual(receiver.acceptedOf(before.id), [1]);
    const again = await requeueMessages(db, receiver.endpoint, {
      ...range,
      after: (requeued?.end ?? 0) - 2,
      includeDelivered: true,
    });
    assert.ok(again && again.messages > 0);
    await until('all is recorded', async () => !(await statesOf(id)).includes('WAITING'));
    const ids = receiver.received
      .filter(({ body }) => JSON.parse(body).data.companyId === missed.id)
      .map((message) => message.id);
    assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
  });

  test('a deleted endpoint gets nothing more, and its deliveries are deleted when they are old', async () => {
    const receiver = await receiverOf({ kinds: every });
    const { id } = receiver.endpoint;
    await createCompany();
    await fanOutAll();
    assert.equal(await deleteEndpoint(db, id, 'somebody else'), false);
    assert.equal(await deleteEndpoint(db, id, store.jane.owner), true);
    start();
    await until('it is given up', async () => (await statesOf(id))[0] === 'GIVEN_UP');
    await deleteOldDeliveries(db);
    assert.equal((await deliveriesOf(id)).length, 1);
    await em.execute(`update webhook_delivery set ended_at = now() - interval '31 days'`);
    await deleteOldDeliveries(db);
    assert.deepEqual(await deliveriesOf(id), []);
    assert.deepEqual(receiver.received, []);
  });
});

test('a message of a rotated secret is signed with both for a day, and then with the new one alone', async () => {
  const receiver = await receiverOf({ kinds: every });
  const rotated = await rotateSecret(store, receiver.endpoint.id, undefined);
  assert.ok(rotated);
  start();
  await createCompany();
  // The receiver still has the old secret.
  await receiver.until(() => receiver.received.length === 1);
  assert.deepEqual(receiver.faults, []);
  await em.execute(`update webhook_endpoint set previous_secret_until = now() - interval '1 second'`);
  await createCompany();
  await receiver.until(() => receiver.faults.length > 0);
  assert.match(receiver.faults[0] ?? '', /No matching signature/);
});

test('a test message is sent once, whatever comes of it, and counts neither for nor against its endpoint', async () => {
  const receiver = await receiverOf();
  const { id } = receiver.endpoint;
  receiver.answer(() => 500);
  const first = await queueTestMessage(db, id);
  assert.equal((await queueTestMessage(db, id))?.id, first?.id);
  start();
  await until('it is given up', async () => (await statesOf(id))[0] === 'GIVEN_UP');
  assert.equal(receiver.received.length, 1);
  const { type, data } = JSON.parse(receiver.received[0]?.body ?? '');
  assert.deepEqual([type, data], ['webhook.test', { endpointId: id }]);
  const endpoint = await findEndpoint(db, id, undefined);
  assert.deepEqual([endpoint?.failing_since, endpoint?.disabled_at], [null, null]);
  receiver.answer(() => 200);
  await queueTestMessage(db, id);
  await until('the second one is delivered', async () => (await statesOf(id))[1] === 'DELIVERED');
});
