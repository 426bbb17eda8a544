import { type IncomingHttpHeaders, request } from 'node:http';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number | undefined;
  readonly challenge: string | undefined;
  readonly type: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As a browser or anybody else may ask: with any headers, the Host too. */
export function ask(
  address: string,
  { headers = {}, method = 'POST', body = '{"query":"{ __typename }"}', signal }: Asked = {},
): Promise<Answer> {
  const sent = { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers };
  return new Promise((resolve, reject) => {
    const asking = request(address, { method, headers: sent, ...(signal ? { signal } : {}) }, async (response) => {
      const text = (await Array.fromAsync(response.setEncoding('utf8'))).join('');
      const { 'www-authenticate': challenge, 'content-type': type } = response.headers;
      resolve({ status: response.statusCode, challenge, type, headers: response.headers, text });
    });
    asking.on('error', reject).end(method === 'POST' ? body : undefined);
  });
}

/** What a WebSocket comes to: the answer's data, or the code with which it was closed. */
export async function askBySocket(
  address: string,
  parameters: Record<string, unknown>,
  headers: Record<string, string> = {},
) {
  class Socket extends WebSocket {
    constructor(to: string, protocols: string[]) {
      super(to, protocols, { headers });
    }
  }
  const socketUrl = address.replace('http:', 'ws:');
  const client = createClient({
    url: socketUrl,
    webSocketImpl: Socket,
    connectionParams: parameters,
    retryAttempts: 0,
  });
  try {
    for await (const { data } of client.iterate({ query: '{ __typename }' })) return data;
    return undefined;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  } finally {
    await client.dispose();
  }
}
