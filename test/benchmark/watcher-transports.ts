import type { Transport, WatcherOf } from './watcher-messages.ts';

/**
 * One side of a connection, down to its bytes: the libraries for clients would cost more than the servers. Every server is
 * spoken to in the same way.
 */
export interface Conversation {
  /** The first bytes to send. */
  readonly opening: string | Buffer;
  /**
   * Takes what has arrived, and returns what to send. Calls `onOpen` once the server has accepted the watcher, and `onText` with
   * each complete event or message. The buffer is used again after the call.
   */
  read(data: Buffer): Buffer | undefined;
}

export interface Listener {
  onOpen(): void;
  onText(text: string): void;
}

const query =
  'subscription ($companyId: ID!) { companyStatusChanged(companyId: $companyId) { version kind status step progress message occurredAt } }';
const bearer = (token: string | undefined): string => (token === undefined ? '' : `Bearer ${token}`);

export const conversations: Readonly<Record<Transport, (watcher: WatcherOf, listener: Listener) => Conversation>> = {
  sse: overServerSentEvents,
  websocket: overWebSocket,
};

/** graphql-sse’s distinct connections mode: a request whose response does not end. */
function overServerSentEvents({ companyId, token }: WatcherOf, { onOpen, onText }: Listener): Conversation {
  const body = JSON.stringify({ query, variables: { companyId } });
  const headers = [
    'POST /graphql HTTP/1.1',
    'host: localhost',
    'accept: text/event-stream',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(token === undefined ? [] : [`authorization: ${bearer(token)}`]),
  ];
  let isOpen = false;
  let rest = '';
  return {
    opening: `${headers.join('\r\n')}\r\n\r\n${body}`,
    read(data) {
      const text = rest + data.toString('latin1');
      if (!isOpen) {
        requireStatus(200, text);
        isOpen = true;
        onOpen();
      }
      // Chunks of the transfer coding lie between events, or are a part of their text, where they do not matter.
      const end = text.lastIndexOf('\n\n');
      rest = text.slice(end + 1);
      if (end >= 0) onText(text.slice(0, end));
      return undefined;
    },
  };
}

/** graphql-transport-ws. */
function overWebSocket({ companyId, token }: WatcherOf, { onOpen, onText }: Listener): Conversation {
  const handshake = [
    'GET /graphql HTTP/1.1',
    'host: localhost',
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol: graphql-transport-ws',
  ];
  const init = textFrame({
    type: 'connection_init',
    payload: token === undefined ? {} : { authorization: bearer(token) },
  });
  const subscribe = textFrame({ id: '1', type: 'subscribe', payload: { query, variables: { companyId } } });
  let isUpgraded = false;
  let isOpen = false;
  let rest: Buffer = Buffer.alloc(0);

  /** What is to be sent in reply to a frame, if anything. */
  function replyTo(opcode: number, payload: Buffer): Buffer | undefined {
    if (opcode === opcodes.close) throw new Error(`The server closed the socket: ${payload.subarray(2)}`);
    if (opcode === opcodes.ping) return frame(opcodes.pong, payload);
    if (opcode !== opcodes.text) return undefined;
    const text = payload.toString('latin1');
    if (isOpen) {
      onText(text);
      return undefined;
    }
    isOpen = true;
    onOpen();
    return subscribe;
  }

  return {
    opening: `${handshake.join('\r\n')}\r\n\r\n`,
    read(data) {
      let unread = rest.length === 0 ? data : Buffer.concat([rest, data]);
      const replies: Buffer[] = [];
      if (!isUpgraded) {
        const end = unread.indexOf('\r\n\r\n');
        if (end < 0) {
          rest = Buffer.from(unread);
          return undefined;
        }
        requireStatus(101, unread.toString('latin1', 0, end));
        isUpgraded = true;
        replies.push(init);
        unread = unread.subarray(end + 4);
      }
      for (let next = readFrame(unread); next; next = readFrame(unread)) {
        const reply = replyTo(next.opcode, next.payload);
        if (reply) replies.push(reply);
        unread = unread.subarray(next.length);
      }
      rest = Buffer.from(unread);
      return replies.length === 0 ? undefined : Buffer.concat(replies);
    },
  };
}

function requireStatus(status: number, response: string): void {
  if (!response.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`The server answered ${response.slice(0, 500)}`);
}

/** RFC 6455, § 5.2. */
const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };

/** The next whole frame of a server, which does not mask; undefined while it is incomplete. */
function readFrame(data: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  const [first = 0, second = 0] = data;
  const header = second === 127 ? 10 : second === 126 ? 4 : 2;
  if (data.length < header) return undefined;
  const size = second === 127 ? Number(data.readBigUInt64BE(2)) : second === 126 ? data.readUInt16BE(2) : second;
  const length = header + size;
  return data.length < length ? undefined : { opcode: first & 15, payload: data.subarray(header, length), length };
}

const textFrame = (message: object): Buffer => frame(opcodes.text, Buffer.from(JSON.stringify(message)));

/** A client's frame is masked; a mask of zeros leaves its payload as it is. */
function frame(opcode: number, payload: Buffer): Buffer {
  const size = payload.length < 126 ? [128 | payload.length] : [128 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([128 | opcode, ...size, 0, 0, 0, 0]), payload]);
}
