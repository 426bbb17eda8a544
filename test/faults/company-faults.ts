import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import type { Manner } from '../support/faulty-smtp.ts';
import { again, faultOf, milliseconds, trapOf, whichever } from './fault.ts';
import { correctedAddressOf } from './operator.ts';
import type { SiteManner } from './site-ledger.ts';

/** How the mail server meets the first mails to a customer. Refused ones are sent again by an operator, to another address. */
const mannersOfMail: readonly [kind: string, ...Manner[]][] = [
  ['is slow', 'slow'],
  ['is deferred', 'defer'],
  ['is deferred twice', 'defer', 'defer'],
  ['is refused', 'refuse'],
  ['is dropped before its 250', 'drop'],
  ['loses its 250', 'take-and-drop'],
  ['is dropped after its 250', 'take-then-drop'],
];

const mailFaults = [
  ...mannersOfMail.map(([kind, ...manners]) =>
    trapOf(`mail ${kind}`, { number: whichever }, async (trial, { number }) => {
      trial.world.smtp.behave(trial.wishOf(number).recipient, ...manners);
    }),
  ),
  trapOf('worker killed before a 250', { number: whichever, again }, async (trial, { number, again: after }) => {
    const { smtp, workers } = trial.world;
    const { recipient } = trial.wishOf(number);
    // Another fault may have the customer's own address refused, and then an operator corrects it.
    const addresses = [recipient, correctedAddressOf(recipient)];
    const held = await smtp.onDataEnd((to) => addresses.includes(to), trial.over);
    await workers.find(({ life }) => life.name === held.mail.sender)?.kill(after, trial.loses('worker killed'));
    held.answer();
  }),
  faultOf('mail server is down', { lasts: milliseconds(1_000, 5_000) }, ({ world: { alone, smtp } }, { lasts }) =>
    alone.smtp(async () => {
      await smtp.stop();
      await pause(lasts);
      await smtp.start();
    }),
  ),
];

const steps = fc.constantFrom('create-site', 'install-app:erpnext', 'set-up-company');
const mannersOfSites: readonly SiteManner[] = ['fail', 'fail-in-passing', 'fail-half-way', 'slow'];

const siteFaults = mannersOfSites.map((manner) =>
  trapOf(`step: ${manner}`, { number: whichever, step: steps }, async (trial, { number, step }) => {
    await trial.world.sites.behave(trial.wishOf(number).site, step, manner, 1);
  }),
);

const cancels = faultOf(
  'customer cancels',
  { number: whichever, after: milliseconds(0, 800) },
  async (trial, { number, after }) => {
    const order = await trial.placed(number);
    await order.created;
    await pause(after);
    await order.cancel();
  },
);

/** What goes wrong with one company, its mail or its site, and what its customer does himself. */
export const companyFaults = [...mailFaults, ...siteFaults, cancels];
