// What those who deliver mail do, also with a try that is over; and what befalls tries.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  extendAttempt,
  findCompaniesWithDueMail,
  type PendingMail,
  recordRefused,
  recordSent,
  takeDueMail,
} from '../../src/mail/outbox.ts';
import { sendAgain } from '../../src/mail/undelivered.ts';
import type { CompanyStore } from '../support/company-store.ts';
import { always, type Command, command, of, often, onCompany, pick, recently } from './command.ts';
import { type CompanyModel, conclude, counts, dueMail, resend, type TryModel, take } from './company-model.ts';

const hasMail = ({ mails }: CompanyModel): boolean => mails.length > 0;

const takeMail = onCompany('take mail', hasMail, fc.constant({}), async (company, id, { store, tries }) => {
  const expected = dueMail(company);
  const taken = await takeDueMail(store.db, id);
  assert.equal(taken?.attempt, expected?.attempt);
  if (taken && expected) tries.set(take(company, expected), taken);
});

/** A command of somebody who began a try, lately or long ago. */
const onTry = <Drawn>(
  name: string,
  drawn: fc.Arbitrary<Drawn>,
  carryOut: (
    company: CompanyModel,
    by: TryModel,
    mail: PendingMail,
    store: CompanyStore,
    drawn: Drawn,
  ) => Promise<void>,
): fc.Arbitrary<Command> =>
  command(
    name,
    fc.tuple(fc.nat(3), recently, drawn),
    ({ companies }, [number]) => companies.length > 0 && pick(companies, number).everyTry.length > 0,
    async ({ companies }, { store, tries }, [number, back, values]) => {
      const company = pick(companies, number);
      const by = pick(company.everyTry, back);
      await carryOut(company, by, of(tries, by), store, values);
    },
  );

const outcome = fc.constantFrom('sent', 'sent', 'deferred', 'refused');

const record = onTry('record', outcome, async (company, by, mail, { db }, drawn) => {
  if (counts(by)) conclude(company, by, drawn);
  if (drawn === 'sent') await recordSent(db, mail);
  else
    await recordRefused(db, mail, {
      error: 'The mail server said no.',
      account: undefined,
      permanent: drawn === 'refused',
      pause: undefined,
    });
});

const keep = onTry('keep try', fc.constant({}), async (_company, by, mail, { db }) => {
  assert.equal(await extendAttempt(db, mail), counts(by));
  if (counts(by)) by.mail.trying = 'alive';
});

const fallSilent = onCompany('try falls silent', hasMail, fc.constant({}), async ({ mails }, id, { store }) => {
  for (const mail of mails) if (mail.trying === 'alive') mail.trying = 'silent';
  await store.em.execute(`update outbox_mail set try_until = try_until - interval '1 day' where company_id = ?`, [id]);
});

const endPause = onCompany('pause is over', hasMail, fc.constant({}), async ({ mails }, id, { store }) => {
  for (const mail of mails) mail.paused = false;
  await store.em.execute(`update outbox_mail set due_at = due_at - interval '1 day' where company_id = ?`, [id]);
});

const sentAgain = fc.record({
  back: fc.nat(2),
  recipient: fc.constantFrom(undefined, 'new@home.example', 'old@home.example'),
});

const sendItAgain = onCompany('send again', hasMail, sentAgain, async (company, id, { store }, { back, recipient }) => {
  const mail = pick(company.mails, back);
  const [kept] = await store.em.execute<{ id: string }[]>(
    'select id from outbox_mail where company_id = ? and attempt = ?',
    [id, mail.attempt],
  );
  const outcome = await sendAgain(store.db, store.notifier, kept?.id ?? '', recipient);
  assert.equal(outcome.kind === 'due', resend(company, mail, recipient), outcome.kind);
});

const lookForOwed = command('find owed mail', fc.constant({}), always, async ({ companies }, { store, ids }) => {
  const found = await findCompaniesWithDueMail(store.db, 1_000);
  for (const company of companies) {
    assert.equal(found.includes(of(ids, company)), dueMail(company) !== undefined);
  }
});

/** They can be tried only once an attempt has ended, so they come often. */
export const mailCommands = often(
  [takeMail, 8],
  [record, 7],
  [keep, 1],
  [fallSilent, 5],
  [endPause, 2],
  [sendItAgain, 2],
  [lookForOwed, 1],
);
