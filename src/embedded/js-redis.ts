import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import {
  ClientSession,
  type CommandDefinition,
  createDefaultParkHandler,
  createRedisCommandExecutor,
  defineCommand,
  RedisServerState,
  Resp2SessionAdapter,
  redisCommandDefinitions,
  SocketConnectionTransport,
  t,
} from 'js-redis-server/core';
import type { EmbeddedRedis } from './embedded-redis.ts';
import { encodeRequest, RedisProtocolError, RedisRequestReader } from './redis-requests.ts';

/**
 * A Redis in this process: js-redis-server 0.3.0, in memory only, with three things mended that the job queue depends on:
 * it knows BRPOPLPUSH, it listens on 127.0.0.1 alone, and a blocked pop ends with its client instead of swallowing the next job.
 * It also refuses the requests that Redis refuses, in the same words.
 */
export async function openJsRedis(): Promise<EmbeddedRedis> {
  const state = new RedisServerState({ databaseCount: 16 });
  const executor = createRedisCommandExecutor({ extraCommands: [brpoplpush()] });
  const park = createDefaultParkHandler();
  const clients = new Map<Socket, Promise<void>>();

  // Half open: what a client sent before it closed its side is still carried out and answered.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const transport = new ReadAheadTransport(socket);
    const session = new ClientSession({
      server: state,
      executor,
      park: (request) => park({ ...request, signal: transport.gone }),
      clientAddress: `${socket.remoteAddress}:${socket.remotePort}`,
      closeConnection: (reason) => transport.close(reason),
    });
    const served = new Resp2SessionAdapter({ transport, session })
      .run()
      // The client disconnected while it was being answered: there is nobody to report to.
      .catch(() => {})
      .finally(() => {
        clients.delete(socket);
        socket.destroySoon();
      });
    clients.set(socket, served);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Cast: a server that listens on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;

  return {
    url: `redis://127.0.0.1:${port}`,
    description: 'js-redis-server (in memory)',
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      const served = [...clients.values()];
      for (const socket of clients.keys()) socket.destroy();
      await Promise.all([closed, ...served]);
      state.close();
    },
  };
}

/** Reads on while a command is blocked. Without it the end of a connection would be seen only after the command. */
class ReadAheadTransport extends SocketConnectionTransport {
  readonly #input = new PassThrough({ highWaterMark: 1024 * 1024 });
  readonly #gone = new AbortController();

  constructor(socket: Socket) {
    super(socket);
    socket.pipe(this.#input);
    socket.once('end', () => this.#gone.abort());
    socket.once('close', () => {
      this.#gone.abort();
      this.#input.end();
    });
  }

  /** Aborted when the client closed its side or the connection broke: none of its blocked commands may take anything from then on. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  override async *read(): AsyncIterable<Buffer> {
    const reader = new RedisRequestReader();
    try {
      for await (const chunk of this.#input) {
        for (const request of reader.read(chunk)) {
          // A page in a browser may post commands here as lines of its request; Redis hangs up on it as well.
          if (/^(post|host:)$/i.test(request[0]?.toString('latin1') ?? '')) return;
          yield encodeRequest(request);
        }
      }
    } catch (error) {
      if (!(error instanceof RedisProtocolError)) throw error;
      if (error.answer !== undefined) await this.write(Buffer.from(error.answer));
    }
  }
}

/** BRPOPLPUSH source destination timeout is BLMOVE source destination RIGHT LEFT timeout. */
function brpoplpush(): CommandDefinition {
  const blmove = redisCommandDefinitions.find((command) => command.name === 'blmove');
  if (!blmove) throw new Error('js-redis-server has no BLMOVE');
  return defineCommand({
    name: 'brpoplpush',
    schema: t.custom((input, index, context) => {
      const [source, destination, timeout] = input.slice(index);
      const moved = source && destination && timeout ? [source, destination, right, left, timeout] : [];
      const { value } = blmove.schema.parse(moved, 0, context);
      return { value, nextIndex: index + 3 };
    }),
    flags: blmove.flags,
    keys: blmove.keys,
    execute: blmove.execute,
  });
}

const right = Buffer.from('RIGHT');
const left = Buffer.from('LEFT');
