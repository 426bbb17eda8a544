import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/**
 * What a mail server does with one mail: takes it, at once or slowly; refuses or defers its recipient; refuses its content
 * and quotes it; ends the connection before it answers, having taken the mail or not, or right after its answer; or never
 * answers.
 */
export type Manner =
  | 'take'
  | 'slow'
  | 'refuse'
  | 'defer'
  | 'quote'
  | 'drop'
  | 'take-and-drop'
  | 'take-then-drop'
  | 'hang';

/** The manners of a server that takes the mail, whatever its sender gets to know of it. */
const taking: readonly Manner[] = ['take', 'slow', 'take-and-drop', 'take-then-drop'];

/** In milliseconds; longer than the 5 s after which bee-queue looks whether a job has stalled. */
const slowness = 6_000;

export interface TakenMail {
  readonly recipient: string;
  /** What the sender calls itself: `worker-1` where its SMTP_URL ends with `?name=worker-1`. */
  readonly sender: string;
  readonly mail: ParsedMail;
  /** The server has said so, on a connection that was still there. */
  readonly answered: boolean;
}

export interface FaultySmtp {
  readonly url: string;
  /** The next mails to this recipient are met in these manners, one after the other; all others are taken. */
  behave(recipient: string, ...manners: Manner[]): void;
  /** What was taken for this recipient, oldest first. */
  mailsTo(recipient: string): readonly ParsedMail[];
  /** How often somebody tried to send to this recipient. */
  triesTo(recipient: string): number;
  /** Resolves once a mail to this recipient hangs, with the function that ends its connection. */
  hanging(recipient: string): Promise<() => void>;
  /** Resolves once a mail to this recipient was taken. */
  taken(recipient: string): Promise<void>;
  /** Ends every connection and refuses new ones, as a server that has died does. */
  stop(): Promise<void>;
  /** Listens again, at the same address. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A real mail server on 127.0.0.1 that can do whatever mail servers do. Each mail that it takes is given to `keep` first;
 * the answer waits for that.
 */
export async function openFaultySmtp(keep: (taken: TakenMail) => Promise<void> = async () => {}): Promise<FaultySmtp> {
  const mails: TakenMail[] = [];
  const arrivals = new EventEmitter<{ mail: [] }>();
  const tries: string[] = [];
  const planned = new Map<string, Manner[]>();
  const hung = new Map<string, PromiseWithResolvers<() => void>>();
  const hungOf = (recipient: string): PromiseWithResolvers<() => void> => {
    const known = hung.get(recipient) ?? Promise.withResolvers<() => void>();
    hung.set(recipient, known);
    return known;
  };
  const manners = new WeakMap<SMTPServerSession, Manner>();
  const sockets = new Map<number | undefined, Socket>();

  /** Resolves with what is answered to the mail: a refusal, that it was taken, or nothing. */
  async function meet(mail: ParsedMail, session: SMTPServerSession): Promise<Error | 'taken' | undefined> {
    const manner = manners.get(session) ?? 'take';
    const recipient = session.envelope.rcptTo[0]?.address ?? '';
    const socketNow = (): Socket | undefined => sockets.get(session.remotePort);
    const drop = (): void => socketNow()?.destroySoon();
    if (manner === 'quote') return reply(554, `This is spam: ${mail.text?.replace(/\s+/g, ' ')}`);
    if (manner === 'hang') hungOf(recipient).resolve(drop);
    if (manner === 'drop') drop();
    if (!taking.includes(manner)) return undefined;

    const taken = { recipient, sender: String(session.hostNameAppearsAs), mail, answered: false };
    await keep(taken);
    mails.push(taken);
    arrivals.emit('mail');
    if (manner === 'slow') await pause(slowness, undefined, { ref: false });
    if (manner === 'take-and-drop') drop();
    if (manner === 'take-then-drop') setImmediate(drop);
    taken.answered = manner !== 'take-and-drop' && socketNow() !== undefined;
    return taken.answered ? 'taken' : undefined;
  }

  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onRcptTo({ address }, session, done) {
      tries.push(address);
      const manner = planned.get(address)?.shift() ?? 'take';
      manners.set(session, manner);
      if (manner === 'refuse') done(reply(550, 'No such mailbox'));
      else if (manner === 'defer') done(reply(451, 'Come again later'));
      else done();
    },
    onData(stream, session, done) {
      simpleParser(stream)
        .then((mail) => meet(mail, session))
        .then((answer) => {
          if (answer === 'taken') done();
          else if (answer) done(answer);
        }, done);
    },
  });
  server.on('error', () => {
    // A connection that was dropped is told here too.
  });
  const listener = server.listen(0, '127.0.0.1');
  listener.on('connection', (socket) => {
    sockets.set(socket.remotePort, socket);
    socket.once('close', () => sockets.delete(socket.remotePort));
  });
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `smtp://127.0.0.1:${port}`,
    behave: (recipient, ...next) => void planned.set(recipient, next),
    mailsTo: (recipient) => mails.filter((taken) => taken.recipient === recipient).map(({ mail }) => mail),
    triesTo: (recipient) => tries.filter((tried) => tried === recipient).length,
    async taken(recipient) {
      while (!mails.some((taken) => taken.recipient === recipient)) await once(arrivals, 'mail');
    },
    hanging: (recipient) => hungOf(recipient).promise,
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
    async start() {
      listener.listen(port, '127.0.0.1');
      await once(listener, 'listening');
    },
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

const reply = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
