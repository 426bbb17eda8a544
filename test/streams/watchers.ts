import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient as createEventStreams } from 'graphql-sse';
import { createClient as createSockets } from 'graphql-ws';
import { WebSocket } from 'ws';

/** Watches a company from its first event to its end, however often the connection is lost; calls `saw` with each version. */
export type Watch = (watching: Watching) => Promise<void>;

export interface Watching {
  readonly port: number;
  readonly token: string;
  readonly id: string;
  readonly saw: (version: number) => void;
  /** Called whenever a connection was lost. */
  readonly lost: () => void;
}

interface Result {
  readonly data?: { readonly companyStatusChanged: { readonly version: number } } | null;
  readonly errors?: unknown;
}

const query = `subscription ($id: ID!, $since: Int) {
  companyStatusChanged(companyId: $id, sinceVersion: $since) { version status step progress message }
}`;
/** Before a connection is tried again, in milliseconds. */
const retryPause = 200;

/** As the README shows for graphql-sse. */
const byEventStreams: Watch = async ({ port, token, id, saw, lost }) => {
  const client = createEventStreams({
    url: `http://127.0.0.1:${port}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  for (let since = 0; ; ) {
    try {
      for await (const { data, errors } of client.iterate({
        query,
        variables: { id, since },
      }) as AsyncIterable<Result>) {
        if (errors || !data) throw new Refused(errors);
        since = data.companyStatusChanged.version;
        saw(since);
      }
      return;
    } catch (error) {
      if (error instanceof Refused) throw error;
      lost();
      await pause(retryPause);
    }
  }
};

/** As the README shows for graphql-ws. */
const bySockets: Watch = ({ port, token, id, saw, lost }) => {
  const client = createSockets({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => {
      lost();
      return pause(retryPause);
    },
    shouldRetry: () => true,
  });
  const variables = { id, since: 0 };
  return new Promise((resolve, reject) => {
    client.subscribe<Result['data']>(
      { query, variables },
      {
        next({ data, errors }) {
          if (errors || !data) return reject(new Refused(errors));
          variables.since = data.companyStatusChanged.version;
          saw(variables.since);
        },
        error: reject,
        complete() {
          void client.dispose();
          resolve();
        },
      },
    );
  });
};

/** As a browser’s EventSource does: the same address again and again, with the last id that it has got. */
const byEventSource: Watch = async ({ port, token, id, saw, lost }) => {
  const search = new URLSearchParams({ query, variables: JSON.stringify({ id, since: 0 }) });
  for (let lastEventId = ''; ; await pause(retryPause)) {
    const headers = {
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
    };
    const isEnded = await new Promise<boolean>((resolve, reject) => {
      let text = '';
      const asking = request(`http://127.0.0.1:${port}/graphql?${search}`, { headers }, (response) => {
        if (response.statusCode === 204) return resolve(true);
        if (response.statusCode !== 200) reject(new Refused(response.statusCode));
        response.setEncoding('utf8').on('data', (chunk: string) => {
          const messages = (text + chunk).split('\n\n');
          text = messages.pop() ?? '';
          for (const message of messages) {
            lastEventId = /^id: (\d+)$/m.exec(message)?.[1] ?? lastEventId;
            if (message.includes('event: next')) saw(Number(/"version":(\d+)/.exec(message)?.[1]));
            // A browser connects again after an end in order, too, and is told by 204.
          }
        });
        response.on('error', () => {}).on('close', () => resolve(false));
      });
      asking.on('error', () => resolve(false)).end();
    });
    if (isEnded) return;
    lost();
  }
};

class Refused extends Error {
  constructor(reason: unknown) {
    super(`A stream was refused: ${JSON.stringify(reason)}`);
  }
}

export const transports: Readonly<Record<string, Watch>> = {
  'graphql-sse': byEventStreams,
  'graphql-ws': bySockets,
  EventSource: byEventSource,
};
