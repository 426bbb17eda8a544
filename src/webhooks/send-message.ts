import { buildConnector, Client, type Dispatcher } from 'undici';
import { checkedLookup, type LookupRules } from './checked-lookup.ts';
import { endpointAddressFault } from './endpoint-address.ts';
import { type MessageFault, messageFaultOf } from './message-fault.ts';
import { signatureOf } from './signing-key.ts';

/** A message as Standard Webhooks has it. */
export interface Message {
  /** `webhook-id`: the same at every attempt. */
  readonly id: string;
  readonly url: string;
  /** JSON. */
  readonly body: string;
  /** `webhook-timestamp`: when this attempt was made, which receivers compare with their clock. */
  readonly sentAt: Date;
  /** `whsec_…` or `whsk_…`, the newest first. Each signs, so that a receiver may know either while they change. */
  readonly secrets: readonly string[];
}

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly durationMs: number }
  | { readonly kind: 'unanswered'; readonly fault: MessageFault; readonly durationMs: number };

export interface SenderOptions extends LookupRules {
  /** How long an attempt may take in all, in milliseconds. */
  readonly timeoutMs: number;
  /** The authority, in PEM, that certifies the receivers; by default those that Node trusts. */
  readonly ca?: string | undefined;
}

/** Sends one attempt of a message at a time to an endpoint; `send` rejects for nothing but its signal. */
export interface MessageSender {
  send(message: Message, signal: AbortSignal): Promise<Answer>;
}

/** What is read of a response, in bytes, so that the receiver can finish; nothing is kept of it. */
const longestResponse = 65_536;

export function messageSender(options: SenderOptions): MessageSender {
  return {
    async send(message, signal) {
      const begun = performance.now();
      const durationMs = (): number => Math.round(performance.now() - begun);
      const unanswered = (fault: MessageFault): Answer => ({ kind: 'unanswered', fault, durationMs: durationMs() });
      // A connection to an IP address makes no lookup that could check it.
      if (endpointAddressFault(message.url, options) !== null) return unanswered('ADDRESS_NOT_PERMITTED');
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
      const client = openClient(message, options, inTime);
      try {
        const { statusCode, body } = await post(client, message, inTime);
        const answer: Answer = { kind: 'answered', status: statusCode, durationMs: durationMs() };
        // The status is the answer, whatever becomes of the rest.
        await body.dump({ limit: longestResponse, signal: inTime }).catch(() => {});
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        return unanswered(inTime.aborted ? 'TIMED_OUT' : messageFaultOf(error));
      } finally {
        await client.destroy();
      }
    },
  };
}

/**
 * A connection for one message only: the address is checked each time, no message goes into a connection that its receiver is about
 * to close, and no endpoint waits for another one's.
 */
function openClient({ url }: Message, options: SenderOptions, signal: AbortSignal): Client {
  const connect = buildConnector({
    signal,
    lookup: checkedLookup(options, signal),
    timeout: options.timeoutMs,
    autoSelectFamily: true,
    allowH2: false,
    rejectUnauthorized: true,
    ca: options.ca,
  });
  return new Client(new URL(url).origin, { connect });
}

/** Resolves once the response's head has arrived; redirects are not followed. */
function post(client: Client, message: Message, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const { pathname, search } = new URL(message.url);
  const headers = { 'content-type': 'application/json', 'user-agent': userAgent, ...signed(message) };
  return client.request({ method: 'POST', path: pathname + search, headers, body: message.body, signal, reset: true });
}

const userAgent = 'Company-Provisioning-Webhooks/1';

function signed({ id, sentAt, body, secrets }: Message): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => signatureOf(secret, id, sentAt, body)).join(' '),
  };
}
