import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { type Answer, type Message, messageSender, type SenderOptions } from '../src/webhooks/send-message.ts';
import { openDnsServer } from './support/dns-server.ts';
import { openPrivateAuthority, opensslMissing } from './support/private-authority.ts';
import { type Manner, openWebhookReceiver, type ReceiverOptions } from './support/webhook-receiver.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const never = new AbortController().signal;
/** Long enough never to end what a test does not mean to end. */
const patient: SenderOptions = { allowLoopback: true, timeoutMs: 60_000 };
const hasty: SenderOptions = { allowLoopback: true, timeoutMs: 300 };

const messageTo = (url: string): Message => ({
  id: 'msg_1',
  url,
  body: JSON.stringify({ type: 'company.active', data: { name: 'Bücher & Söhne' } }),
  sentAt: new Date(),
  secrets: [secret],
});

const closing: (() => Promise<void>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

async function openReceiver(manner: Manner, options: Partial<ReceiverOptions> = {}) {
  const receiver = await openWebhookReceiver({ secret: () => secret, manner: () => manner, ...options });
  closing.push(() => receiver.kill());
  return receiver;
}

/** A TCP server that does as told with each connection. */
async function openTcpServer(serve: (socket: Socket) => void): Promise<string> {
  const server = createServer(serve).on('connection', (socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => void server.close());
  // Cast: a server that listens on a TCP port has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function openNames(addressesOf: (name: string) => readonly string[] | undefined) {
  const dns = await openDnsServer(addressesOf);
  closing.push(() => dns.close());
  return dns;
}

const send = (message: Message, options = patient): Promise<Answer> => messageSender(options).send(message, never);

/** What was answered, without how long it took. */
const outcome = (answer: Answer) => (answer.kind === 'answered' ? answer.status : answer.fault);

for (const status of [200, 204, 302, 307, 410, 429, 500, 503])
  test(`${status} is an answer, and a redirect is not followed`, async () => {
    const receiver = await openReceiver(status);
    const answer = await send(messageTo(receiver.url));
    assert.equal(outcome(answer), status);
    assert.ok(answer.durationMs >= 0 && Number.isInteger(answer.durationMs));
    assert.equal(receiver.received.length, 1);
    assert.deepEqual(receiver.faults, []);
  });

test('a message arrives as it is, signed for the reference library', async () => {
  const receiver = await openReceiver(204);
  const message = messageTo(receiver.url);
  await send(message);
  const [received] = receiver.received;
  assert.equal(received?.id, message.id);
  assert.equal(received.body, message.body);
  assert.equal(received.sentAt.getTime(), Math.floor(message.sentAt.getTime() / 1_000) * 1_000);
});

test('a message that is signed with two secrets is verified by either, and by no other', async () => {
  const older = `whsec_${randomBytes(24).toString('base64')}`;
  const other = `whsec_${randomBytes(24).toString('base64')}`;
  for (const [known, status] of [
    [secret, 200],
    [older, 200],
    [other, 400],
  ] as const) {
    const receiver = await openReceiver(200, { secret: () => known });
    assert.equal(outcome(await send({ ...messageTo(receiver.url), secrets: [secret, older] })), status);
  }
});

test('the timestamp of a message is that of the attempt, which receivers compare with their clock', async () => {
  const receiver = await openReceiver(200);
  const early = new Date(Date.now() - 6 * 60_000);
  assert.equal(outcome(await send({ ...messageTo(receiver.url), sentAt: early })), 400);
  assert.match(receiver.faults.join(), /timestamp too old/);
});

test('a receiver that never answers is given up in time', async () => {
  const receiver = await openReceiver('hang');
  assert.equal(outcome(await send(messageTo(receiver.url), hasty)), 'TIMED_OUT');
});

test('a receiver that trickles the head of its answer is given up in time', async () => {
  const receiver = await openReceiver('trickle');
  assert.equal(outcome(await send(messageTo(receiver.url), hasty)), 'TIMED_OUT');
});

test('a server that accepts connections and says nothing in TLS is given up in time', async () => {
  const url = await openTcpServer(() => {});
  assert.equal(outcome(await send(messageTo(url.replace('http', 'https')), hasty)), 'TIMED_OUT');
});

test('of an answer without end its status counts, and a bounded part is read', async () => {
  const ended = Promise.withResolvers<number>();
  const url = await openTcpServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const write = (): void => void socket.write(Buffer.alloc(65_536), (error) => error ?? write());
    write();
    socket.on('close', () => ended.resolve(socket.bytesWritten));
  });
  assert.equal(outcome(await send(messageTo(url))), 200);
  const written = await ended.promise;
  assert.ok(written < 50_000_000, `${written} bytes, most of them in buffers of the connection`);
});

test('an answer whose body is trickled ends in time, with its status', async () => {
  const url = await openTcpServer((socket) => {
    socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 1000000\r\n\r\n');
    const timer = setInterval(() => socket.write('.'), 20);
    socket.on('close', () => clearInterval(timer));
  });
  assert.equal(outcome(await send(messageTo(url), hasty)), 202);
});

test('an answer that breaks off after its status counts', async () => {
  const receiver = await openReceiver('break off');
  assert.equal(outcome(await send(messageTo(receiver.url))), 200);
});

test('a connection that closes before an answer is none', async () => {
  for (const manner of ['hang up', 'accept and hang up'] as const) {
    const receiver = await openReceiver(manner);
    assert.equal(outcome(await send(messageTo(receiver.url))), 'DISCONNECTED');
    assert.equal(receiver.received.length, 1, 'it was sent once');
  }
});

test('what is not HTTP, or a head without end, is an invalid response', async () => {
  const answers = {
    'another protocol': '220 mail.example.com ESMTP\r\n',
    'a status that is none': 'HTTP/1.1 abc OK\r\n\r\n',
    'a head beyond all bounds': `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`,
  };
  for (const [name, text] of Object.entries(answers)) {
    const url = await openTcpServer((socket) => socket.end(text));
    assert.equal(outcome(await send(messageTo(url))), 'INVALID_RESPONSE', name);
  }
});

test('a receiver that is not there is unreachable', async () => {
  const receiver = await openReceiver(200);
  await receiver.kill();
  assert.equal(outcome(await send(messageTo(receiver.url))), 'UNREACHABLE');
  await receiver.restart();
  assert.equal(outcome(await send(messageTo(receiver.url))), 200);
});

test('the signal ends an attempt with its reason, at whatever point', async () => {
  const silent = await openNames(() => undefined);
  const slow = await openReceiver('hang');
  const handshake = (await openTcpServer(() => {})).replace('http', 'https');
  for (const url of [slow.url, handshake, 'https://slow.example.com/']) {
    const stopping = new AbortController();
    const sent = messageSender({ ...patient, dnsServers: [silent.address] }).send(messageTo(url), stopping.signal);
    const reason = new Error('The worker stops.');
    setImmediate(() => stopping.abort(reason));
    await assert.rejects(sent, reason);
  }
});

test('an IP address that is not public is not connected to', async () => {
  const receiver = await openReceiver(200);
  const inProduction = { ...patient, allowLoopback: false };
  for (const url of [
    receiver.url,
    receiver.url.replace('http', 'https'),
    'https://10.0.0.1/',
    'https://[::ffff:127.0.0.1]/',
  ])
    assert.equal(outcome(await send(messageTo(url), inProduction)), 'ADDRESS_NOT_PERMITTED', url);
  assert.deepEqual(receiver.received, []);
  assert.deepEqual(receiver.faults, []);
});

test('a name is refused when any of its addresses is not permitted, or when it has none', async () => {
  const names: Readonly<Record<string, readonly string[]>> = {
    'private.example.com': ['10.0.0.1'],
    'both.example.com': ['8.8.8.8', '10.0.0.1'],
    'both-families.example.com': ['8.8.8.8', 'fd00:ec2::254'],
    'mapped.example.com': ['::ffff:10.0.0.1'],
    'loopback.example.com': ['127.0.0.1'],
    'nothing.example.com': [],
  };
  const dns = await openNames((name) => names[name] ?? []);
  for (const name of [...Object.keys(names), 'localhost']) {
    const options = { allowLoopback: false, timeoutMs: 60_000, dnsServers: [dns.address] };
    assert.equal(outcome(await send(messageTo(`https://${name}/`), options)), 'ADDRESS_NOT_PERMITTED', name);
  }
});

test('a name is resolved once for each attempt, and the address that was checked is connected to', async () => {
  const receiver = await openReceiver(200, { host: 'portal.example.com' });
  // The second answer would lead elsewhere, as one that is changed between check and connection.
  const answers = [['127.0.0.1'], ['127.0.0.1'], ['10.0.0.1'], ['10.0.0.1']];
  const dns = await openNames(() => answers.shift() ?? []);
  const options = { ...patient, dnsServers: [dns.address] };
  assert.equal(outcome(await send(messageTo(receiver.url), options)), 200);
  assert.deepEqual(dns.asked, ['portal.example.com', 'portal.example.com'], 'one question for each family');
  assert.equal(outcome(await send(messageTo(receiver.url), options)), 'ADDRESS_NOT_PERMITTED', 'it is checked again');
  assert.equal(receiver.received.length, 1);
});

test('a DNS server that is silent is given up in time', async () => {
  const dns = await openNames(() => undefined);
  assert.equal(
    outcome(await send(messageTo('https://slow.example.com/'), { ...hasty, dnsServers: [dns.address] })),
    'TIMED_OUT',
  );
});

test('a certificate must be valid for the host, by an authority that is trusted', {
  skip: opensslMissing,
}, async () => {
  const authority = openPrivateAuthority();
  closing.push(async () => authority.close());
  const dns = await openNames(() => ['127.0.0.1']);
  const options = { ...patient, dnsServers: [dns.address] };
  const receiver = await openReceiver(200, {
    host: 'portal.example.com',
    tls: authority.certify('portal.example.com'),
  });
  assert.equal(outcome(await send(messageTo(receiver.url), { ...options, ca: authority.ca })), 200);
  assert.equal(outcome(await send(messageTo(receiver.url), options)), 'TLS_FAILED', 'nobody knows the authority');
  const asAnother = receiver.url.replace('portal', 'another');
  assert.equal(outcome(await send(messageTo(asAnother), { ...options, ca: authority.ca })), 'TLS_FAILED');
  assert.equal(receiver.received.length, 1);
});

test('TLS with a server that speaks none fails', async () => {
  const receiver = await openReceiver(200);
  assert.equal(outcome(await send(messageTo(receiver.url.replace('http', 'https')))), 'TLS_FAILED');
});
