import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { hostOf } from './server-url.ts';

export interface RequestAsHost {
  /** The Host header: the site, wherever its server is. */
  readonly host: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/**
 * Requests `url` under the name of another host; fetch does not let the Host header be set. Resolves to the response, whose
 * body is still to be read or resumed. Each request has a connection of its own.
 */
export function httpAsHost(
  url: URL,
  { host, method = 'GET', headers = {}, body = '', signal }: RequestAsHost,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const server = hostOf(url);
  // The certificate is the server’s and not the site’s, whose name Node would take from the header.
  const servername = isIP(server) ? '' : server;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  send(url, { method, headers: { host, ...headers }, signal, servername, agent: false }, resolve)
    .on('error', reject)
    .end(body);
  return promise;
}
