import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

/** A listener in front of PostgreSQL that can lose answers. */
export interface CuttingProxy {
  readonly port: number;
  /**
   * From now on clients do not learn the outcome of their statements: once PostgreSQL has answered, and so has committed,
   * the answer is thrown away and the connection cut. Returns how many connections wait for an answer at this moment.
   */
  cutAnswers(): number;
  /** The same from now on for statements that contain this text. */
  cutAnswersTo(text: string): void;
  /** From now on every connection is cut, and each new one at once. */
  refuse(): void;
  /** Later connections lead to another server; the ones that there are stay. */
  moveTo(port: number): void;
  /** All is well again. Returns how many answers were lost since the proxy was opened. */
  goOn(): number;
  close(): Promise<void>;
}

/** Where a connection is: `starting` until PostgreSQL has let it in, then `asking` from each question to the end of its answer. */
type State = 'starting' | 'idle' | 'asking';

export async function openCuttingProxy(firstPort: number): Promise<CuttingProxy> {
  const connections = new Map<Socket, State>();
  let targetPort = firstPort;
  let mode: 'going on' | 'cutting' | 'refusing' = 'going on';
  let lost = 0;
  let cutText: string | undefined;

  const server = createServer((near) => {
    if (mode === 'refusing') return void near.destroy();
    const far = connect(targetPort, '127.0.0.1');
    connections.set(near, 'starting');
    let hasCutText = false;
    near.on('data', (sent) => {
      if (connections.get(near) === 'idle') connections.set(near, 'asking');
      hasCutText ||= cutText !== undefined && sent.includes(cutText);
    });
    const answers = answersOf({
      areLost: () => (mode === 'cutting' || hasCutText) && connections.get(near) === 'asking',
      end: () => connections.set(near, 'idle'),
      lose() {
        lost += 1;
        near.destroy();
      },
    });
    const over = (): void => {
      // One side went away; the other one is told by the pipe.
      connections.delete(near);
    };
    pipeline(near, far, over);
    pipeline(far, answers, near, over);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Cast: a server that listens on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;

  const cutAll = (): void => {
    for (const near of connections.keys()) near.destroy();
  };
  return {
    port,
    cutAnswers() {
      mode = 'cutting';
      return connections
        .values()
        .filter((state) => state === 'asking')
        .toArray().length;
    },
    cutAnswersTo(text) {
      cutText = text;
    },
    refuse() {
      mode = 'refusing';
      cutAll();
    },
    moveTo(port) {
      targetPort = port;
    },
    goOn() {
      mode = 'going on';
      return lost;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      cutAll();
      await closed;
    },
  };
}

/** What ends an answer, but for its last byte: ReadyForQuery, which is `Z`, its length and the state of the transaction. */
const readyForQuery = Buffer.from('Z\0\0\0\x05');
const noTransaction = 'I'.charCodeAt(0);

/**
 * Passes on what PostgreSQL says. While answers are lost it keeps each back to its end, when there is no transaction any
 * more that could still be rolled back; an answer within a transaction is passed on.
 */
function answersOf(fate: { areLost(): boolean; end(): void; lose(): void }): Transform {
  let kept: Buffer[] = [];
  let newest = Buffer.alloc(0);
  return new Transform({
    transform(bytes: Buffer, _encoding, pass) {
      kept.push(bytes);
      newest = Buffer.concat([newest, bytes]).subarray(-(readyForQuery.length + 1));
      const atEnd = newest.subarray(0, -1).equals(readyForQuery);
      if (fate.areLost()) {
        if (!atEnd) return pass();
        if (newest.at(-1) === noTransaction) {
          fate.lose();
          return pass();
        }
      }
      if (atEnd) fate.end();
      pass(null, Buffer.concat(kept));
      kept = [];
    },
    flush(pass) {
      pass(null, Buffer.concat(kept));
    },
  });
}
