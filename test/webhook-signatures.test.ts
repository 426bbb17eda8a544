import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { messageSender } from '../src/webhooks/send-message.ts';
import { makeSecret, publicKeyOf } from '../src/webhooks/signing-key.ts';
import { ask } from './support/ask.ts';
import { openTestService } from './support/test-service.ts';

interface Received {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

const received: Received[] = [];
const server = createServer(async (request, response) => {
  received.push({ body: await text(request), headers: request.headers });
  response.writeHead(204).end();
  server.emit('message');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());
// Cast: a server that listens on a TCP port has an AddressInfo.
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

async function nextMessage(): Promise<Received> {
  if (received.length === 0) await once(server, 'message');
  return received.shift() ?? assert.fail('There is none.');
}

/** As the specification says: Ed25519 over id, timestamp and body, with 32 bytes of base64 after `whpk_`. */
function isSignedFor(publicKey: string, { headers, body }: Received): boolean {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return signaturesOf(headers, 'v1a').some((signature) => verify(null, signed, key, Buffer.from(signature, 'base64')));
}

const signaturesOf = (headers: IncomingHttpHeaders, version: string): readonly string[] =>
  String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => signature.split(','))
    .flatMap(([name, signature = '']) => (name === version ? [signature] : []));

test('a message that is signed in both ways is verified in either', async () => {
  const [shared, key] = [makeSecret('HMAC_SHA256'), makeSecret('ED25519')];
  const message = { id: 'msg_1', url, body: '{"type":"company.active","of":"Bücher"}', sentAt: new Date() };
  const sender = messageSender({ allowLoopback: true, timeoutMs: 60_000 });
  await sender.send({ ...message, secrets: [key, shared] }, new AbortController().signal);
  const arrived = await nextMessage();
  assert.ok(isSignedFor(publicKeyOf(key) ?? '', arrived));
  assert.ok(!isSignedFor(publicKeyOf(makeSecret('ED25519')) ?? '', arrived), 'another key does not verify it');
  // Cast: the library itself checks that they are there.
  assert.doesNotThrow(() => new Webhook(shared).verify(arrived.body, arrived.headers as Record<string, string>));
  assert.equal(publicKeyOf(shared), null);
});

test('an endpoint with a key shows its public half only, and both keys sign after a rotation', async () => {
  const service = await openTestService({ after });
  const headers = { authorization: `Bearer ${await service.tokenOf('portal', 'partner')}` };
  const send = async (query: string) => {
    const { data, errors } = JSON.parse((await ask(service.url, { headers, body: JSON.stringify({ query }) })).text);
    assert.equal(errors, undefined);
    return data;
  };
  const shown = '... on WebhookSecretSuccess { secret endpoint { id signature publicKey } }';
  const { createWebhookEndpoint: made } = await send(
    `mutation { createWebhookEndpoint(input: { url: "${url}", signature: ED25519 }) { ${shown} } }`,
  );
  const { id, publicKey, signature } = made.endpoint;
  assert.deepEqual([made.secret, signature], [null, 'ED25519']);
  assert.match(publicKey, /^whpk_[A-Za-z0-9+/]{43}=$/);

  await send(`mutation { sendTestWebhook(endpointId: "${id}") { __typename } }`);
  assert.ok(isSignedFor(publicKey, await nextMessage()));

  const { rotateWebhookSecret: rotated } = await send(
    `mutation { rotateWebhookSecret(endpointId: "${id}") { ${shown} } }`,
  );
  assert.deepEqual([rotated.secret, rotated.endpoint.signature], [null, 'ED25519']);
  assert.notEqual(rotated.endpoint.publicKey, publicKey);
  await send(`mutation { sendTestWebhook(endpointId: "${id}") { __typename } }`);
  const message = await nextMessage();
  assert.ok(isSignedFor(rotated.endpoint.publicKey, message));
  assert.ok(isSignedFor(publicKey, message));
});
