import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { deliverMail, type MailDeps } from '../src/mail/deliver-mail.ts';
import { openMailAccount } from '../src/mail/mail-account.ts';
import { type EndpointId, findEndpointsWithDueMail } from '../src/mail/outbox.ts';
import { loadMailTemplates } from '../src/mail/render-mail.ts';
import { openSmtp } from '../src/mail/smtp.ts';
import { readSmtpUrl } from '../src/mail/smtp-settings.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { openMetrics } from '../src/observability/metrics.ts';
import { findEndpoint } from '../src/webhooks/endpoints.ts';
import { queueTestMessage } from '../src/webhooks/queue-messages.ts';
import { ask } from './support/ask.ts';
import { openCompanyStore } from './support/company-store.ts';
import { openFaultySmtp } from './support/faulty-smtp.ts';
import { openOperatedService } from './support/operated-service.ts';
import { until } from './support/processes.ts';
import { openReceivingEndpoint, startWebhooks } from './support/webhook-deliveries.ts';

const server = await openFaultySmtp();
const store = await openCompanyStore(after);
const { db, em, secrets } = store;
const smtp = openSmtp(readSmtpUrl(server.url), 'sites@hosting.example');
after(async () => {
  smtp.close();
  await server.close();
});

const log = pino({ level: 'silent' });
const accessUrl = 'https://companies.example.com/console/access';
const deps: MailDeps = {
  db,
  secrets,
  smtp,
  account: openMailAccount(openMetrics(), log),
  render: loadMailTemplates(),
  siteUrl: (siteName) => `http://${siteName}/`,
  accessUrl,
  supportEmail: 'support@hosting.example',
  sandbox: false,
  metrics: openMetrics(),
  liveness: openLiveness(),
  log,
};
const deliverAll = async (): Promise<void> => {
  for (const endpoint of await findEndpointsWithDueMail(db, 100)) await deliverMail(deps, endpoint);
};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await em.execute('delete from webhook_endpoint');
  await em.execute('delete from webhook_delivery');
});

/** An endpoint that answers so, and is sent test messages by a worker. */
async function endpointThatAnswers(status: number, contactEmail: string | null) {
  const receiver = await openReceivingEndpoint(store, { kinds: ['CREATED'], contactEmail });
  closers.push(receiver.close);
  receiver.answer(() => status);
  const webhooks = startWebhooks(store, { schedule: [] });
  closers.push(() => webhooks.close());
  const { id } = receiver.endpoint;
  const disabled = async (reason: string): Promise<void> =>
    until('it is disabled', async () => (await findEndpoint(db, id, undefined))?.disabled_reason === reason);
  return { ...receiver.endpoint, id: id as EndpointId, disabled };
}

describe('the owner of a webhook endpoint that is disabled', () => {
  test('is mailed once which endpoint answered 410, and what to do', async () => {
    const contact = 'gone@partners.example';
    const { id, url, disabled } = await endpointThatAnswers(410, contact);
    await em.execute(`update webhook_endpoint set description = 'Our <b>portal</b>'`);
    await queueTestMessage(db, id);
    await disabled('GONE');
    await Promise.all([deliverMail(deps, id), deliverMail(deps, id)]);
    await deliverAll();
    const [mail, ...others] = server.mailsTo(contact);
    assert.deepEqual(others, []);
    assert.equal(mail?.subject, `Webhook Endpoint Disabled: ${new URL(url).host}`);
    for (const body of [mail.text ?? '', String(mail.html)]) {
      for (const part of [id, url, '410 Gone', 'updateWebhookEndpoint', 'redeliverWebhooks', accessUrl])
        assert.ok(body.includes(part), `${part} in ${body}`);
      assert.doesNotMatch(body, /undefined|COMP-/);
    }
    assert.match(mail.text ?? '', /Our <b>portal<\/b>/);
    assert.doesNotMatch(String(mail.html), /Our <b>/);
  });

  test('is mailed once that it has failed for five days, since when, and with which status at last', async () => {
    const contact = 'failing@partners.example';
    const { id, disabled } = await endpointThatAnswers(503, contact);
    await store.create('first-failure');
    await until('a failure is recorded', async () => (await findEndpoint(db, id, undefined))?.failing_since != null);
    await deliverAll();
    assert.equal(server.triesTo(contact), 0, 'nobody is mailed of a first failure');
    await em.execute(`update webhook_endpoint set failing_since = now() - interval '121 hours'`);
    const since = (await findEndpoint(db, id, undefined))?.failing_since ?? assert.fail();
    await store.create('last-failure');
    await disabled('FAILING');
    await deliverAll();
    await deliverAll();
    const [mail, ...others] = server.mailsTo(contact);
    assert.deepEqual(others, []);
    const text = (mail?.text ?? '').replace(/\s+/g, ' ');
    assert.ok(text.includes(`failed since ${new Intl.DateTimeFormat('en', dateOf).format(since)}`), text);
    assert.match(text, /status 503/);
  });

  test('is not mailed without an address', async () => {
    const { id, disabled } = await endpointThatAnswers(410, null);
    await queueTestMessage(db, id);
    await disabled('GONE');
    assert.deepEqual(await em.execute('select id from outbox_mail where endpoint_id = ?', [id]), []);
  });

  test('gets the same mail later when their mail server defers it', async () => {
    const contact = 'deferring@partners.example';
    server.behave(contact, 'defer', 'take-and-drop', 'take');
    const { id, disabled } = await endpointThatAnswers(410, contact);
    await queueTestMessage(db, id);
    await disabled('GONE');
    for (const tries of [1, 2, 3]) {
      await deliverAll();
      assert.equal(server.triesTo(contact), tries);
      await deliverAll();
      assert.equal(server.triesTo(contact), tries, 'nothing is tried before it is due');
      await em.execute('update outbox_mail set due_at = now() where endpoint_id = ?', [id]);
    }
    await deliverAll();
    const ids = server.mailsTo(contact).map(({ messageId }) => messageId);
    assert.equal(ids.length, 2, 'taken twice, since the server could not say so once');
    assert.equal(new Set(ids).size, 1);
    const [mail] = await em.execute('select state, tries from outbox_mail where endpoint_id = ?', [id]);
    assert.deepEqual(mail, { state: 'SENT', tries: 3 });
  });
});

const dateOf = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
  timeZone: 'UTC',
} as const;

test('a service mails the owner without help, and operators see the mail and send it to another address', async (t) => {
  const operated = await openOperatedService({ after: (close) => t.after(close) });
  const receiver = createServer((_request, response) => response.writeHead(410).end()).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  t.after(() => receiver.close());
  operated.server.behave('misspelt@partners.example', 'refuse');
  const headers = { authorization: `Bearer ${await operated.tokenOf('portal', 'partner')}` };
  const send = async (query: string) =>
    JSON.parse((await ask(operated.url, { headers, body: JSON.stringify({ query }) })).text);
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const { data } = await send(
    `mutation { createWebhookEndpoint(input: {url: "${url}", contactEmail: "misspelt@partners.example"}) {
      ... on WebhookSecretSuccess { endpoint { id } } } }`,
  );
  const { id } = data.createWebhookEndpoint.endpoint;
  await send(`mutation { sendTestWebhook(endpointId: "${id}") { __typename } }`);
  const refused = async () =>
    (await operated.serviceStatus()).mails.find(
      ({ state, webhookEndpointId }) => state === 'REFUSED' && webhookEndpointId === id,
    );
  while (!(await refused()));
  const mail = (await refused()) ?? assert.fail();
  assert.deepEqual(
    [mail.kind, mail.company, mail.recipient, mail.tries],
    ['ENDPOINT_DISABLED', null, 'misspelt@partners.example', 1],
  );
  assert.match(mail.lastError ?? '', /550/);
  await operated.mustResend(mail.id, 'spelt-well@partners.example');
  await operated.server.taken('spelt-well@partners.example');
  await operated.recordedAsSent(mail.id);
  assert.equal((await operated.resend(mail.id)).__typename, 'MailAlreadySent');
});
