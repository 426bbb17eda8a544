import type { IncomingMessage } from 'node:http';
import type { Caller } from '../access/access.ts';

/** What access needs to know of a request. */
export const callerOf = (request: IncomingMessage): Caller => ({
  authorization: request.headers.authorization,
  host: request.headers.host,
  origin: request.headers.origin,
  remoteAddress: request.socket.remoteAddress,
});
