import { type CompanyHistory, type CompanyMail, endsAttempt } from './company-history.ts';
import type { DeliveredMail } from './mail-history.ts';
import { correctedAddressOf } from './operator-client.ts';
import type { Workload } from './run.ts';

/** How soon after a mail was taken its sender has recorded that, in milliseconds. */
const recordedWithin = 5_000;

/**
 * One mail for each attempt that ended, to its customer, with their own password or none. Returns how many further copies
 * there were that no sender can avoid, each explained by a fault.
 */
export function checkMails(
  workload: Workload,
  histories: readonly CompanyHistory[],
  complain: (complaint: string) => void,
): { copies: number } {
  const delivered = workload.cluster.smtp.mails();
  const known = new Set<string>();
  let copies = 0;
  for (const history of histories) {
    const about = (complaint: string): void => complain(`${history.id} (${history.customer}): ${complaint}`);
    const ended = history.events.filter(endsAttempt).map(({ attempt }) => attempt);
    const outcomes = history.mails.map(({ attempt }) => attempt);
    if (`${ended}` !== `${outcomes}`) about(`attempts ${ended} have ended, mails exist for ${outcomes}`);
    for (const mail of history.mails) {
      const messageId = `<${mail.id}@${history.site}>`;
      known.add(messageId);
      const taken = delivered.filter((copy) => copy.messageId === messageId);
      checkMail(workload, history, mail, taken, about);
      copies += checkCopies(workload, taken, about);
    }
  }
  const others = delivered.filter(
    ({ recipient, messageId }) => recipient.includes(`${workload.name}-`) && !known.has(messageId),
  );
  for (const { messageId, recipient } of others) complain(`${recipient} got ${messageId}, which is not in the outbox`);
  return { copies };
}

function checkMail(
  { requested, deployment }: Workload,
  { customer, events }: CompanyHistory,
  mail: CompanyMail,
  taken: readonly DeliveredMail[],
  about: (complaint: string) => void,
): void {
  const { request } = requested.find((company) => company.request.customer === customer) ?? {};
  if (!request) return;
  const what = `the ${mail.kind} mail of attempt ${mail.attempt}`;
  const end = events.find((event) => event.attempt === mail.attempt && endsAttempt(event));
  if ((mail.kind === 'SITE_READY') !== (end?.status === 'ACTIVE')) about(`${what} reports ${end?.status}`);
  if (mail.state !== 'SENT') about(`${what} is ${mail.state}: ${mail.lastError}`);
  if (taken.length === 0) about(`${what} has not arrived`);
  const senders = deployment.workers.flatMap(({ incarnations }) => incarnations.map(({ name }) => name));
  for (const { recipient, sender, text } of taken) {
    if (!senders.includes(sender)) about(`${what} was sent by ${sender}`);
    if (recipient !== mail.recipient || ![request.recipient, correctedAddressOf(request.recipient)].includes(recipient))
      about(`${what} went to ${recipient}`);
    if (text.includes(request.password) !== (mail.kind === 'SITE_READY'))
      about(`${what} ${mail.kind === 'SITE_READY' ? 'lacks' : 'has'} the password`);
  }
}

/** Between a copy and the next one, a fault must have kept the sender from learning or recording that it was accepted. */
function checkCopies(
  { cluster }: Workload,
  taken: readonly DeliveredMail[],
  about: (complaint: string) => void,
): number {
  const isExplained = ({ at, sender, answered }: DeliveredMail): boolean =>
    !answered || [sender, 'postgres'].some((of) => cluster.outages.touch(of, at, at + recordedWithin));
  const inVain = taken.slice(0, -1).find((copy) => !isExplained(copy));
  if (inVain)
    about(`${inVain.messageId} was taken ${taken.length} times, without a fault in ${inVain.sender}, its sender`);
  return Math.max(0, taken.length - 1);
}
