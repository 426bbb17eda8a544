import type { CompanyEvent, CompanyHistory } from './company-history.ts';
import type { SentMessage } from './portal.ts';
import type { Run, Workload } from './run.ts';
import { untilGivenUp } from './until-given-up.ts';

/** What the portal of a run received. */
export interface WebhookFigures {
  /** Events that it has accepted, each counted once. */
  readonly events: number;
  /** Messages that it refused, or left without an answer. */
  readonly failures: number;
  /** Messages that it accepted once more, each explained by a fault. */
  readonly copies: number;
}

/** How soon after a message was answered its sender has recorded that, in milliseconds. */
const recordedWithin = 5_000;

/** Resolves once no event of the run's companies is still to be sent; rejects once `givenUp` aborts. */
export const allIsReceived = ({ deployment, name }: Workload, givenUp: AbortSignal): Promise<void> => {
  const pending = `
    select from webhook_delivery join webhook_endpoint as endpoint on endpoint.id = endpoint_id
    where state = 'WAITING' and endpoint.owner like $1
    union all
    select from company_event cross join webhook_cursor as cursor
    where company_event.position is null or company_event.position > cursor.position`;
  const isReceived = async (): Promise<boolean> => (await deployment.query(pending, `${name}-%`)).length === 0;
  return untilGivenUp('every webhook is received', isReceived, givenUp);
};

/**
 * Every event of each company with an endpoint was accepted, and in order; it came again only with the same id, and only after a
 * fault. The reference library has verified each message (test/support/webhook-receiver.ts).
 */
export function checkWebhooks(
  run: Run,
  histories: readonly CompanyHistory[],
  complain: (complaint: string) => void,
): WebhookFigures {
  const { portal } = run;
  for (const fault of portal.faults) complain(`not a verified message: ${fault}`);
  const accepted = portal.messages.filter(({ message }) => message.isAccepted);
  const byCustomer = Map.groupBy(accepted, ({ message }) => message.endpoint);
  let events = 0;
  for (const history of histories.filter(({ customer }) => portal.customers.includes(customer))) {
    const about = (complaint: string): void => complain(`${history.id} (${history.customer}): ${complaint}`);
    const copiesById = Map.groupBy(byCustomer.get(history.customer) ?? [], ({ message }) => message.id);
    const firsts = [...copiesById.values()].map(([first]) => dataOf(first));
    const versions = firsts.map(({ version }) => version);
    const expected = history.events.map(({ version }) => version);
    if (`${versions}` !== `${expected}`) about(`webhooks brought versions ${versions}, there are ${expected}`);
    else for (const [index, data] of firsts.entries()) checkData(data, history, history.events[index], about);
    for (const copies of copiesById.values()) checkCopies(run, copies, about);
    events += firsts.length;
  }
  return { events, failures: portal.messages.length - accepted.length, copies: accepted.length - events };
}

const dataOf = (sent: SentMessage | undefined) => JSON.parse(sent?.message.body ?? '{}').data ?? {};

function checkData(
  data: Readonly<Record<string, unknown>>,
  { id }: CompanyHistory,
  event: CompanyEvent | undefined,
  about: (complaint: string) => void,
): void {
  if (data['companyId'] !== id) about(`a webhook for its customer is about ${data['companyId']}`);
  if (data['status'] !== event?.status) about(`a webhook has ${data['status']} for version ${event?.version}`);
}

/** Between a copy and the next one, a fault must have kept the sender from learning or recording that it was accepted. */
function checkCopies({ cluster }: Run, copies: readonly SentMessage[], about: (complaint: string) => void): void {
  const isExplained = ({ message: { isConfirmed, at }, sender }: SentMessage, next: SentMessage): boolean =>
    !isConfirmed ||
    sender === undefined ||
    sender.isEnding ||
    next.sender === undefined ||
    cluster.outages.touch('postgres', at, at + recordedWithin) ||
    [sender, next.sender].some(({ name }) => cluster.outages.touch(name, at, next.message.at));
  copies.slice(1).forEach((copy, index) => {
    const before = copies[index] ?? copy;
    if (copy.message.body !== before.message.body) about(`two messages are called ${copy.message.id}`);
    if (!isExplained(before, copy)) about(`${copy.message.id} came again after ${before.sender?.name} had its answer`);
  });
}
