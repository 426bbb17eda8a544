/**
 * Many watchers in a process of their own, so that whoever causes events takes no time from them. Commands come on standard
 * input, replies go to standard output (watcher-messages.ts).
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { percentile } from '../faults/report.ts';
import { now } from './clock.ts';
import { ascending } from './figures.ts';
import type { Transport, WatcherCommand, WatcherOf, WatcherReply } from './watcher-messages.ts';
import { conversations } from './watcher-transports.ts';

interface Watcher {
  /** The newest version that has arrived, and when. */
  version: number | undefined;
  arrivedAt: number;
}

/** Servers bound how many connections wait to be accepted or signed in. */
const connectingAtOnce = 100;
/** All sockets read into it, one after the other. */
const received = Buffer.alloc(64 * 1_024);

let watchers: Watcher[] = [];
let awaited: { readonly version: number; remaining: number; reply(): void } | undefined;

createInterface(process.stdin).on('line', (line) => {
  const command = JSON.parse(line) as WatcherCommand;
  if (command.command === 'await') awaitVersion(command.version, command.atMost);
  else connectAll(command).catch(fail);
});

async function connectAll({ transport, port, watchers: all }: WatcherCommand & { command: 'connect' }): Promise<void> {
  watchers = all.map(() => ({ version: undefined, arrivedAt: 0 }));
  const waiting = all.map((watcher, index) => ({ watcher, state: watchers[index] })).values();
  const connectNext = async (): Promise<void> => {
    for (const { watcher, state } of waiting) if (state) await open(transport, port, watcher, state);
  };
  await Promise.all(Array.from({ length: connectingAtOnce }, connectNext));
  reply({ reply: 'connected' });
}

/** Resolves once the server has accepted the watcher. */
function open(transport: Transport, port: number, watcher: WatcherOf, state: Watcher): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { opening, read } = conversations[transport](watcher, {
    onOpen: resolve,
    onText: (text) => arrive(state, text),
  });
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: received,
      callback(length) {
        try {
          const answer = read(received.subarray(0, length));
          if (answer) socket.write(answer);
        } catch (error) {
          fail(error);
        }
        return true;
      },
    },
  });
  socket.write(opening);
  socket.once('error', fail).once('close', () => fail(new Error('The server closed a connection.')));
  return promise;
}

/** Notes the versions in this text; throws unless they follow each other. */
function arrive(watcher: Watcher, text: string): void {
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const version = Number.parseInt(text.slice(at + mark.length, at + mark.length + 10), 10);
    if (watcher.version !== undefined && version !== watcher.version + 1)
      throw new Error(`Version ${version} arrived after ${watcher.version}.`);
    watcher.version = version;
    watcher.arrivedAt = now();
    if (awaited?.version === version) {
      awaited.remaining -= 1;
      if (awaited.remaining === 0) awaited.reply();
    }
  }
  if (text.includes('"errors":')) throw new Error(`The server answered ${text}`);
}

const mark = '"version":';

function awaitVersion(version: number, atMost: number): void {
  const missing = () => watchers.filter((watcher) => watcher.version === undefined || watcher.version < version);
  const timer = setTimeout(() => awaited?.reply(), atMost);
  awaited = {
    version,
    remaining: missing().length,
    reply() {
      clearTimeout(timer);
      awaited = undefined;
      const arrived = watchers.filter((watcher) => watcher.version === version);
      const times = ascending(arrived.map(({ arrivedAt }) => arrivedAt));
      reply({
        reply: 'arrived',
        version,
        missing: missing().length,
        first: percentile(times, 0),
        p50: percentile(times, 0.5),
        p99: percentile(times, 0.99),
        last: percentile(times, 1),
      });
    },
  };
  if (awaited.remaining === 0) awaited.reply();
}

function fail(error: unknown): void {
  reply({ reply: 'broken', reason: error instanceof Error ? error.message : String(error) });
}

function reply(message: WatcherReply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
