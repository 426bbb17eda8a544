import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Position } from '../../schema/context.ts';
import { WatchEnded } from '../live/watch.ts';

/** Results, and what identifies the event that the last one is of, if it is of one. */
export type Results = AsyncIterableIterator<ExecutionResult> & { readonly id?: string | undefined };

/** A comment is sent this often, in milliseconds, so that proxies do not take a quiet stream for a dead one. */
const pingInterval = 12_000;

/**
 * Sends results as Server-Sent Events, in graphql-sse's distinct connections mode: `next` for each, `complete` at the
 * end, unless this server closes: then the connection breaks off, and clients come back. The next event is read only once the client has taken the last one.
 */
export async function writeEvents(response: ServerResponse, events: Results, position: Position): Promise<void> {
  if (response.destroyed) {
    await events.return?.();
    return;
  }
  if (position.seen !== undefined && position.atEnd) {
    // The one status that ends a browser's EventSource (HTML, § 9.2.3).
    await events.return?.();
    response.writeHead(204).end();
    return;
  }
  // nginx forwards events as they come only with this header.
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  response.write(':\n\n');
  const ping = setInterval(() => response.writableNeedDrain || response.write(':\n\n'), pingInterval);
  response.once('close', () => events.return?.());
  try {
    for await (const result of events) {
      if (response.closed) return;
      if (!response.write(frameOf(result, events.id))) await drained(response);
    }
    response.end('event: complete\ndata:\n\n');
  } catch (error) {
    if (!(error instanceof WatchEnded)) throw error;
    response.destroy();
  } finally {
    clearInterval(ping);
  }
}

/** Resolves once the client has taken what was written, or has left. */
async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
}

const frames = new WeakMap<ExecutionResult, Buffer>();

/** A result as it is sent; one that many watchers share is serialised once. */
function frameOf(result: ExecutionResult, eventId: string | undefined): Buffer {
  let frame = frames.get(result);
  if (!frame) {
    const id = eventId === undefined ? '' : `id: ${eventId}\n`;
    frame = Buffer.from(`${id}event: next\ndata: ${JSON.stringify(result)}\n\n`);
    frames.set(result, frame);
  }
  return frame;
}

/** The event that a browser's EventSource, coming back, has seen last, from the last `id:`. */
export function positionOf({ headers: { 'last-event-id': id } }: IncomingMessage): Position {
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? { seen: Number(id) } : {};
}
