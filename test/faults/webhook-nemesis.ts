import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import type { Manner } from '../support/webhook-receiver.ts';
import { again, armedFault, fault, milliseconds, whichever } from './nemesis.ts';

const manners: readonly Manner[] = [
  500,
  302,
  'slow',
  'lie',
  'hang',
  'hang up',
  'accept and hang up',
  'break off',
  'trickle',
  'endless',
];
const lasts = milliseconds(300, 3_000);

/** What goes wrong where webhooks are received, and with a worker that has sent one. */
export const webhookFaults = [
  ...manners.map((manner) =>
    fault(`webhooks: ${manner}`, { lasts }, async ({ portal }, params) => {
      const stop = portal.misbehave([manner]);
      await pause(params.lasts);
      stop();
    }),
  ),
  fault(
    'webhooks: any of these',
    { lasts, manners: fc.array(fc.constantFrom(204, ...manners), { minLength: 4, maxLength: 16 }) },
    async ({ portal }, params) => {
      const stop = portal.misbehave(params.manners);
      await pause(params.lasts);
      stop();
    },
  ),
  fault('receiver of webhooks killed', { lasts }, ({ portal, cluster }, params) =>
    cluster.alone.portal(async () => {
      await portal.kill();
      await pause(params.lasts);
      await portal.restart();
    }),
  ),
  armedFault(
    'worker killed before it recorded a webhook',
    { number: whichever, after: fc.nat({ max: 6 }), again },
    async (run, { number, after, again: afterwards }) => {
      const { customer } = run.requestBy(number);
      const held = await run.portal.hold(customer, after, run.over);
      await run.cluster.workers
        .find(({ incarnation }) => incarnation === held.sender)
        ?.kill(afterwards, run.loses('worker killed'));
      held.answer();
    },
  ),
];
