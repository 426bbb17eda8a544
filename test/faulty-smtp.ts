import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/**
 * What a mail server does with one mail: takes it; refuses or defers its recipient; refuses its content and quotes it;
 * ends the connection before it answers, having taken the mail or not, or right after its answer; or never answers.
 */
export type Manner = 'take' | 'refuse' | 'defer' | 'quote' | 'drop' | 'take-and-drop' | 'take-then-drop' | 'hang';

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
  close(): Promise<void>;
}

/** A real mail server on 127.0.0.1 that can do whatever mail servers do. */
export async function openFaultySmtp(): Promise<FaultySmtp> {
  const mails: { readonly recipient: string; readonly mail: ParsedMail }[] = [];
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
      const manner = manners.get(session) ?? 'take';
      const recipient = session.envelope.rcptTo[0]?.address ?? '';
      const drop = (): void => sockets.get(session.remotePort)?.destroySoon();
      simpleParser(stream).then((mail) => {
        if (manner.startsWith('take')) {
          mails.push({ recipient, mail });
          arrivals.emit('mail');
        }
        if (manner === 'quote') done(reply(554, `This is spam: ${mail.text?.replace(/\s+/g, ' ')}`));
        else if (manner === 'drop' || manner === 'take-and-drop') drop();
        else if (manner === 'hang') hungOf(recipient).resolve(drop);
        else done();
        if (manner === 'take-then-drop') setImmediate(drop);
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
  return {
    url: `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    behave: (recipient, ...next) => void planned.set(recipient, next),
    mailsTo: (recipient) => mails.filter((taken) => taken.recipient === recipient).map(({ mail }) => mail),
    triesTo: (recipient) => tries.filter((tried) => tried === recipient).length,
    async taken(recipient) {
      while (!mails.some((taken) => taken.recipient === recipient)) await once(arrivals, 'mail');
    },
    hanging: (recipient) => hungOf(recipient).promise,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

const reply = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
