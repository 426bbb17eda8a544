import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const { service, clientOf } = await openTestService({ after });

test('a company is requested, provisioned, watched and mailed', async (t) => {
  const customer = await clientOf('jane', 'customer');
  const company = await createCompany(customer, requestFor('acme.localhost'));
  assert.match(company.id, /^COMP-\d{4}-00001$/);
  assert.equal(company.status, 'QUEUED');

  const events = await watchToEnd(customer, company.id);
  assert.deepEqual(
    events.map(({ version }) => version),
    events.map((_, index) => index + 1),
  );
  assert.equal(events[0]?.status, 'QUEUED');
  assert.equal(events.at(-1)?.status, 'ACTIVE');

  const active = await readCompany(customer, company.id);
  assert.equal(active.siteStatus, 'ACTIVE');
  assert.equal(active.progress, 100);
  assert.ok(active.steps.every(({ state }) => state === 'DONE'));

  const mail = await service.mailbox?.next(({ to }) => to.includes('jane@customers.example'), t.signal);
  assert.equal(mail?.subject, 'Your Site is Ready: Acme Corporation');
  assert.match(mail.text ?? '', /correct horse battery/);
});
