import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import type { Manner } from '../support/faulty-smtp.ts';
import { again, armedFault, fault, milliseconds, whichever } from './nemesis.ts';
import { correctedAddressOf } from './operator-client.ts';
import type { FaultMode } from './site-history.ts';

/** How the mail server meets the first mails to a customer. Refused ones are sent again by an operator, to another address. */
const modesOfMail: readonly [kind: string, ...Manner[]][] = [
  ['is slow', 'slow'],
  ['is deferred', 'defer'],
  ['is deferred twice', 'defer', 'defer'],
  ['is refused', 'refuse'],
  ['is dropped before its 250', 'drop'],
  ['loses its 250', 'take-and-drop'],
  ['is dropped after its 250', 'take-then-drop'],
];

const mailFaults = [
  ...modesOfMail.map(([kind, ...modes]) =>
    armedFault(`mail ${kind}`, { number: whichever }, async (run, { number }) => {
      run.cluster.smtp.behave(run.requestBy(number).recipient, ...modes);
    }),
  ),
  armedFault('worker killed before a 250', { number: whichever, again }, async (run, { number, again: after }) => {
    const { smtp, workers } = run.cluster;
    const { recipient } = run.requestBy(number);
    // Another fault may have the customer's own address refused, and then an operator corrects it.
    const addresses = [recipient, correctedAddressOf(recipient)];
    const held = await smtp.onDataEnd((to) => addresses.includes(to), run.over);
    await workers
      .find(({ incarnation }) => incarnation.name === held.mail.sender)
      ?.kill(after, run.loses('worker killed'));
    held.answer();
  }),
  fault('mail server is down', { lasts: milliseconds(1_000, 5_000) }, ({ cluster: { alone, smtp } }, { lasts }) =>
    alone.smtp(async () => {
      await smtp.stop();
      await pause(lasts);
      await smtp.start();
    }),
  ),
];

const steps = fc.constantFrom('create-site', 'install-app:erpnext', 'set-up-company');
const modesOfSites: readonly FaultMode[] = ['fail', 'fail-transiently', 'fail-half-way', 'slow'];

const siteFaults = modesOfSites.map((mode) =>
  armedFault(`step: ${mode}`, { number: whichever, step: steps }, async (run, { number, step }) => {
    await run.cluster.sites.behave(run.requestBy(number).site, step, mode, 1);
  }),
);

const cancels = fault(
  'customer cancels',
  { number: whichever, after: milliseconds(0, 800) },
  async (run, { number, after }) => {
    const company = await run.accepted(number);
    await company.created;
    await pause(after);
    await company.cancel();
  },
);

/** What goes wrong with one company, its mail or its site, and what its customer does himself. */
export const companyFaults = [...mailFaults, ...siteFaults, cancels];
