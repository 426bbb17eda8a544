import { correctedAddressOf } from './operator.ts';
import { type CompanyRecord, endsAttempt, type RecordedMail } from './record.ts';
import type { LedgerMail } from './smtp-ledger.ts';
import type { Clientele } from './trial.ts';

/** How soon after a mail was taken its sender has recorded that, in milliseconds. */
const recordedWithin = 5_000;

/**
 * One mail for each attempt that ended, to the right one, with his own password or none. Returns how many mails had a
 * further copy that no sender can avoid, and a fault explains.
 */
export function checkMails(
  clientele: Clientele,
  records: readonly CompanyRecord[],
  complain: (complaint: string) => void,
): { copies: number } {
  const ledger = clientele.world.smtp.mails();
  const known = new Set<string>();
  let copies = 0;
  for (const record of records) {
    const about = (complaint: string): void => complain(`${record.id} (${record.customer}): ${complaint}`);
    const ended = record.events.filter(endsAttempt).map(({ attempt }) => attempt);
    const owed = record.mails.map(({ attempt }) => attempt);
    if (`${ended}` !== `${owed}`) about(`attempts ${ended} have ended, mails are owed for ${owed}`);
    for (const mail of record.mails) {
      const messageId = `<${mail.id}@${record.site}>`;
      known.add(messageId);
      const taken = ledger.filter((copy) => copy.messageId === messageId);
      checkMail(clientele, record, mail, taken, about);
      copies += checkCopies(clientele, taken, about);
    }
  }
  const others = ledger.filter(
    ({ recipient, messageId }) => recipient.includes(`${clientele.name}-`) && !known.has(messageId),
  );
  for (const { messageId, recipient } of others) complain(`${recipient} got ${messageId}, which nobody owed`);
  return { copies };
}

function checkMail(
  { orders, deployment }: Clientele,
  { customer, events }: CompanyRecord,
  mail: RecordedMail,
  taken: readonly LedgerMail[],
  about: (complaint: string) => void,
): void {
  const { wish } = orders.find((order) => order.wish.customer === customer) ?? {};
  if (!wish) return;
  const what = `the ${mail.kind} mail of attempt ${mail.attempt}`;
  const end = events.find((event) => event.attempt === mail.attempt && endsAttempt(event));
  if ((mail.kind === 'SITE_READY') !== (end?.status === 'ACTIVE')) about(`${what} tells of ${end?.status}`);
  if (mail.state !== 'SENT') about(`${what} is ${mail.state}: ${mail.lastError}`);
  if (taken.length === 0) about(`${what} has not arrived`);
  const senders = deployment.workers.flatMap(({ lives }) => lives.map(({ name }) => name));
  for (const { recipient, sender, text } of taken) {
    if (!senders.includes(sender)) about(`${what} was sent by ${sender}`);
    if (recipient !== mail.recipient || ![wish.recipient, correctedAddressOf(wish.recipient)].includes(recipient))
      about(`${what} went to ${recipient}`);
    if (text.includes(wish.password) !== (mail.kind === 'SITE_READY'))
      about(`${what} ${mail.kind === 'SITE_READY' ? 'lacks' : 'has'} the password`);
  }
}

/** Between a copy and the next one something must have kept the sender from knowing or from saying that it was taken. */
function checkCopies({ world }: Clientele, taken: readonly LedgerMail[], about: (complaint: string) => void): number {
  const isExplained = ({ at, sender, answered }: LedgerMail): boolean =>
    !answered || [sender, 'postgres'].some((of) => world.outages.touch(of, at, at + recordedWithin));
  const inVain = taken.slice(0, -1).find((copy) => !isExplained(copy));
  if (inVain)
    about(
      `${inVain.messageId} was taken ${taken.length} times, and nothing had happened to ${inVain.sender} that sent it`,
    );
  return Math.max(0, taken.length - 1);
}
