import type { IncomingMessage } from 'node:http';
import type { Caller } from '../access/caller.ts';
import type { Viewer } from '../access/viewer.ts';

/** Who asks, and from where. */
export interface Identity {
  readonly viewer: Viewer;
  /** The client's network address, unless the client has left already. */
  readonly address: string | undefined;
}

/** Who asks, by the request's own token unless another one is given; rejects with Unauthenticated. */
export type Identify = (request: IncomingMessage, authorization?: string) => Promise<Identity>;

/** What access needs to know of a request. */
export const callerOf = ({ headers, socket }: IncomingMessage): Caller => ({
  authorization: headers.authorization,
  cookie: headers.cookie,
  host: headers.host,
  origin: headers.origin,
  fetchSite: headers['sec-fetch-site'],
  isForwarded: Object.keys(headers).some((name) => forwarding.test(name)),
  remoteAddress: socket.remoteAddress,
  port: socket.localPort,
});

/**
 * Headers by which proxies, tunnels and content delivery networks identify themselves or the client that they act for. Names are
 * in lower case already.
 */
const forwarding =
  /^(forwarded|via|cdn-loop|true-client-ip|client-ip|x-(forwarded|real|client|cluster|original|envoy|amzn|amz|azure|appengine|vercel|nf|proxy|remote)\b|(cf|fly|fastly|ngrok|tailscale|akamai|x-akamai)-)/;
