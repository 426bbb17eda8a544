import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ExecutionResult } from 'graphql';
import { writeEvents } from '../src/http/event-stream.ts';

/** More than a response buffers, so that each of these events fills it. */
const text = 'x'.repeat(100_000);

async function* eventsOf(count: number, onPause: () => void): AsyncGenerator<ExecutionResult> {
  for (let sent = 0; sent < count; sent++) {
    onPause();
    yield { data: { text } };
  }
}

async function serve(t: TestContext, answer: (response: ServerResponse) => Promise<void>): Promise<string> {
  const server = createServer((_request, response) => void answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const events = ['drain', 'close', 'error'] as const;

test('a stream that pauses often for its client leaves no listeners behind', async (t) => {
  const counts: number[][] = [];
  const url = await serve(t, (response) => {
    const count = (): void => void counts.push(events.map((event) => response.listenerCount(event)));
    return writeEvents(response, eventsOf(30, count), {});
  });
  const received = await (await fetch(url)).text();
  assert.equal(received.split('event: next').length - 1, 30);
  assert.match(received, /event: complete\ndata:\n\n$/);
  assert.equal(counts.length, 30);
  assert.deepEqual(counts.at(-1), counts[0]);
});

test('a stream ends when its client leaves while it is paused', async (t) => {
  const ended = Promise.withResolvers<void>();
  const url = await serve(t, (response) => {
    const written = writeEvents(
      response,
      eventsOf(1_000, () => {}),
      {},
    );
    return written.then(ended.resolve, ended.reject);
  });
  const leaving = new AbortController();
  const { body } = await fetch(url, { signal: leaving.signal });
  await body?.getReader().read();
  leaving.abort();
  await ended.promise;
});
