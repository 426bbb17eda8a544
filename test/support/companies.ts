import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, StatusChange } from '../../src/client/client.ts';
import { type ApiProgram, type Cluster, until, within } from './processes.ts';
import { createCompany, requestFor, watchToEnd } from './test-service.ts';

/** A company that a customer of its own asked for and watches; the customer is called as the company's site is. */
export interface Order {
  readonly id: string;
  readonly customer: string;
  /** Every event until the stream completes. */
  readonly watched: Promise<readonly StatusChange[]>;
}

/** Asks for companies at once, through `createAt`, and watches each through `watchAt` from its first version. */
export const orderMany = (number: number, name: string, createAt: ApiProgram, watchAt = createAt): Promise<Order[]> =>
  Promise.all(Array.from({ length: number }, (_, index) => order(`${name}-${index + 1}`, createAt, watchAt)));

export async function order(customer: string, createAt: ApiProgram, watchAt = createAt): Promise<Order> {
  const [creator, watcher] = await Promise.all([createAt, watchAt].map((api) => api.clientOf(customer, 'customer')));
  assert.ok(creator && watcher);
  const id = await createSurely(creator, customer);
  const watched = watchToEnd(watcher, id);
  // Whoever awaits it gets the error as well.
  watched.catch(() => {});
  return { id, customer, watched };
}

/** Creates it as a portal does: with an idempotency key, and again while the answer is an error. */
async function createSurely(client: Client, customer: string): Promise<string> {
  const request = requestFor(`${customer}.localhost`, { idempotencyKey: customer });
  for (let tries = 1; ; tries += 1) {
    try {
      return (await createCompany(client, request)).id;
    } catch (error) {
      if (tries === 20) throw error;
      await pause(250);
    }
  }
}

/** All of them end as ACTIVE within this time, streamed without a gap, and each customer gets a mail, which may take longer. Returns the milliseconds. */
export async function allBecomeActive(cluster: Cluster, orders: readonly Order[], atMost: number): Promise<number> {
  const startedAt = performance.now();
  for (const { id, watched } of orders) {
    const left = atMost - (performance.now() - startedAt);
    assertWithoutGap(await within(left, `${id} ends`, watched), 'ACTIVE');
  }
  const milliseconds = Math.round(performance.now() - startedAt);
  await until('every customer has a mail', () => orders.every(({ customer }) => cluster.mailsTo(customer) > 0));
  return milliseconds;
}

/** Versions 1, 2, 3 … up to one end of this status. */
export function assertWithoutGap(events: readonly StatusChange[], end: 'ACTIVE' | 'FAILED'): void {
  assert.deepEqual(
    events.map(({ version }) => version),
    events.map((_, index) => index + 1),
  );
  assert.equal(events.at(-1)?.status, end, events.at(-1)?.message);
}

/** Nobody got a second mail, and none is owed any more. For the end of a file: a mail too many may come late. */
export async function assertOneMailEach(cluster: Cluster): Promise<void> {
  await until(
    'no mail is owed',
    async () => (await cluster.query(`select from outbox_mail where state <> 'SENT'`)).length === 0,
  );
  const recipients = cluster.mailbox.mails.map(({ to }) => to.join());
  assert.deepEqual(recipients, [...new Set(recipients)]);
  const companies = await cluster.query(`select from company where status in ('ACTIVE', 'FAILED')`);
  assert.equal(recipients.length, companies.length);
}
