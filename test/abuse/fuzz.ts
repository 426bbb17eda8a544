import fc from 'fast-check';
import { WebSocket } from 'ws';
import { ask } from '../support/ask.ts';
import { canary, type Message, message } from './messages.ts';
import type { Target } from './target.ts';

export interface FuzzReport {
  readonly messages: number;
  /** In milliseconds; those that were sent at once wait for each other. */
  readonly slowest: number;
  /** What is wrong with an answer, and the least that brings it about. Undefined when nothing is. */
  readonly fault: string | undefined;
}

/** So many messages are sent at once. */
const atOnce = 50;
const patience = 20_000;

/** Sends messages of every kind, seeded; a crash, an answer that is our fault and one that quotes a value end it. */
export async function fuzz(target: Target, count: number, seed: number): Promise<FuzzReport> {
  let messages = 0;
  let slowest = 0;
  const send = async (sent: Message, token: string): Promise<void> => {
    const sentAt = performance.now();
    const answer = await (sent.kind === 'request'
      ? byRequest(sent, target.url, token)
      : bySocket(sent, target.url, token));
    messages += 1;
    slowest = Math.max(slowest, performance.now() - sentAt);
    if (answer.includes(canary)) throw new Error(`The answer quotes what was sent: ${answer}`);
    if (/INTERNAL_SERVER_ERROR|on our side/.test(answer)) throw new Error(`The answer is our fault: ${answer}`);
  };
  const property = fc.asyncProperty(fc.array(message, { minLength: atOnce, maxLength: atOnce }), async (all) => {
    // Somebody else each time: nobody may make so many requests within a minute.
    const token = await target.tokenOf(`mallory-${messages}`, 'customer');
    await Promise.all(all.map((sent) => send(sent, token)));
    const [complaint] = target.complaints();
    if (complaint !== undefined) throw new Error(complaint);
  });
  const details = await fc.check(property, {
    numRuns: Math.ceil(count / atOnce),
    seed,
    interruptAfterTimeLimit: 3_600_000,
  });
  return { messages, slowest, fault: details.failed ? fc.defaultReportMessage(details) : undefined };
}

type Sent<Kind> = Extract<Message, { kind: Kind }>;

/** The answer's headers and body as far as they come; a refused connection answers nothing. */
async function byRequest(sent: Sent<'request'>, url: string, token: string): Promise<string> {
  const address = `${url}?${new URLSearchParams(sent.parameters)}`;
  const authorization: Record<string, string> = sent.signedIn ? { authorization: `Bearer ${token}` } : {};
  const { status, headers, text } = await ask(address, {
    method: sent.method,
    headers: { ...authorization, ...sent.headers },
    body: sent.body,
    signal: AbortSignal.timeout(patience),
  });
  return `${status} ${JSON.stringify(headers)} ${text}`;
}

/** Everything that the socket says until it closes, or until it has answered a ping that comes last. */
function bySocket({ signedIn, frames }: Sent<'socket'>, url: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http:', 'ws:'), 'graphql-transport-ws');
    const said: string[] = [];
    const timer = setTimeout(() => reject(new Error('The socket says nothing and does not close.')), patience);
    socket.on('error', reject);
    socket.once('open', () => {
      if (signedIn)
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      for (const frame of [...frames, JSON.stringify({ type: 'ping' })]) socket.send(frame);
    });
    socket.on('message', (data) => {
      said.push(String(data));
      if (String(data) === '{"type":"pong"}') socket.close();
    });
    socket.once('close', (_code, reason) => {
      clearTimeout(timer);
      resolve([...said, String(reason)].join('\n'));
    });
  });
}
