import type { IncomingMessage } from 'node:http';
import type { Caller } from '../access/caller.ts';
import type { Viewer } from '../access/viewer.ts';

/** Who asks, and from where. */
export interface Identity {
  readonly viewer: Viewer;
  /** The client's network address, unless the client has left already. */
  readonly address: string | undefined;
}

/** What may be given in place of the request's own Authorization header, or besides its headers. */
export type Given = Partial<Pick<Caller, 'authorization' | 'streamToken' | 'network'>>;

/** Who asks, by the request's own token unless another one is given; rejects with Unauthenticated. */
export type Identify = (request: IncomingMessage, given?: Given) => Promise<Identity>;

/** What access needs to know of a request; the token may come by another way than its headers. */
export const callerOf = (
  { headers, socket }: IncomingMessage,
  { authorization = headers.authorization, streamToken, network }: Given = {},
): Caller => ({
  authorization,
  streamToken,
  cookie: headers.cookie,
  host: headers.host,
  origin: headers.origin,
  fetchSite: headers['sec-fetch-site'],
  get isForwarded() {
    return Object.keys(headers).some((name) => forwarding.test(name));
  },
  remoteAddress: socket.remoteAddress,
  network,
  port: socket.localPort,
});

/**
 * Headers by which proxies, tunnels and content delivery networks identify themselves or the client that they act for. Names are
 * in lower case already.
 */
const forwarding =
  /^(forwarded|via|cdn-loop|true-client-ip|client-ip|x-(forwarded|real|client|cluster|original|envoy|amzn|amz|azure|appengine|vercel|nf|proxy|remote)\b|(cf|fly|fastly|ngrok|tailscale|akamai|x-akamai)-)/;
