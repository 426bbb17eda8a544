import { CloseCode, MessageType, type WebSocket as ProtocolSocket, stringifyMessage } from 'graphql-ws';
import { WebSocket } from 'ws';
import { callAt } from '../common/call-at.ts';
import type { Log } from '../observability/log.ts';
import { ClientLeft } from './error-mask.ts';

/** A client's connection, as the protocol's library drives it, within bounds. */
export interface Socket extends ProtocolSocket {
  /** Aborted once the connection is gone. */
  readonly left: AbortSignal;
  /** The client has signed in; its token expires at this time, in milliseconds since 1970. */
  signedIn(until: number | undefined): void;
  /** Closes as for an expired token, once streams have had time to report it. */
  endSoon(reason: string): void;
  /** Starts an operation; while too many are starting, no more is read from the client. */
  whileRunning<Result>(begin: () => Promise<Result>): Promise<Result>;
}

/** How many operations a connection starts at once; further messages wait in the client's own buffers. */
const mostAtOnce = 10;
/** How many messages are read before the client has signed in: pings, and connection_init. */
const mostBeforeSignIn = 10;
/** How often the client must prove that it is alive, in milliseconds. */
const heartbeat = 12_000;
/** How long a stream has to report that its token expired or was revoked before its connection closes, in milliseconds. */
const farewell = 1_000;

export function openSocket(socket: WebSocket, log: Log): Socket {
  const left = new AbortController();
  let beginning = 0;
  let unknownMessages = 0;
  let isSignedIn = false;
  let alive = true;
  let cancelEnd = (): void => {};

  const beat = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, heartbeat);
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('error', (error) => log.debug({ err: error.message }, 'WebSocket refused'));
  socket.once('close', () => {
    clearInterval(beat);
    cancelEnd();
    left.abort(new ClientLeft());
  });

  const close = (code: number, reason: string): void => socket.close(code, reason);
  const send = (data: string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (socket.readyState !== WebSocket.OPEN) return resolve();
      socket.send(data, (error) => (error && socket.readyState === WebSocket.OPEN ? reject(error) : resolve()));
    });

  const endAt = (time: number, reason: string): void => {
    cancelEnd();
    cancelEnd = callAt(time, () => close(CloseCode.Forbidden, reason));
  };

  return {
    protocol: socket.protocol,
    left: left.signal,
    send,
    // The library's reasons may quote what was sent, and a reason of more than 123 bytes cannot be sent at all.
    close: (code = CloseCode.InternalServerError, reason) => close(code, reasons.get(code) ?? reason ?? ''),
    // It would send back what came along with the ping.
    onPing: () => send(stringifyMessage({ type: MessageType.Pong })),
    onMessage(take) {
      socket.on('message', (data) => {
        alive = true;
        if (!isSignedIn && ++unknownMessages > mostBeforeSignIn) return close(CloseCode.Unauthorized, 'Sign in first.');
        take(String(data)).catch((error: unknown) => {
          log.warn({ err: error }, 'invalid WebSocket message');
          close(CloseCode.BadRequest, 'Invalid message');
        });
      });
    },
    signedIn(until) {
      isSignedIn = true;
      if (until !== undefined) endAt(until + farewell, 'Your token has expired; connect again with a new one.');
    },
    endSoon(reason) {
      endAt(Date.now() + farewell, reason);
    },
    async whileRunning(begin) {
      beginning += 1;
      if (beginning >= mostAtOnce) socket.pause();
      try {
        return await begin();
      } finally {
        beginning -= 1;
        if (beginning < mostAtOnce) socket.resume();
      }
    },
  };
}

const reasons: ReadonlyMap<number, string> = new Map([
  [CloseCode.BadRequest, 'Invalid message'],
  [CloseCode.SubscriberAlreadyExists, 'An operation of this id is running already'],
]);
