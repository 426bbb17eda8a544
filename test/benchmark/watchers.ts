import { type Program, startProgram } from '../support/processes.ts';
import type { Transport, WatcherCommand, WatcherOf, WatcherReply } from './watcher-messages.ts';

export type Arrivals = Extract<WatcherReply, { reply: 'arrived' }>;

/** Connected watchers in a process of their own. */
export interface Watchers {
  /** Resolves once all have this version or the time is over; rejects when one lost its connection or an event. */
  arrivals(version: number, atMost?: number): Promise<Arrivals>;
  close(): Promise<void>;
}

/** How long an event may take to reach everybody, in milliseconds. */
const patience = 60_000;

/** Resolves once the server has accepted every watcher. */
export async function openWatchers(
  transport: Transport,
  port: number,
  watchers: readonly WatcherOf[],
): Promise<Watchers> {
  const program = startProgram('test/benchmark/watcher-process.ts', {});
  const tell = (command: WatcherCommand): void => program.tell(JSON.stringify(command));
  tell({ command: 'connect', transport, port, watchers });
  await replyOf(program, ({ reply }) => reply === 'connected', 'that all are connected');
  return {
    async arrivals(version, atMost = patience) {
      tell({ command: 'await', version, atMost });
      const arrived = await replyOf(
        program,
        (reply) => reply.reply === 'arrived' && reply.version === version,
        `the arrivals of version ${version}`,
      );
      return arrived as Arrivals; // the predicate says so
    },
    close: async () => void (await program.end('SIGKILL')),
  };
}

async function replyOf(
  program: Program,
  isExpected: (reply: WatcherReply) => boolean,
  what: string,
): Promise<WatcherReply> {
  const line = await Promise.race([
    program.line((line) => {
      const reply = line as unknown as WatcherReply; // the process prints nothing else
      return reply.reply === 'broken' || isExpected(reply);
    }, what),
    program.ended.then(() => {
      throw new Error(`The process of the watchers ended: ${program.complaints}`);
    }),
  ]);
  const reply = line as unknown as WatcherReply; // as above
  if (reply.reply === 'broken') throw new Error(reply.reason);
  return reply;
}
