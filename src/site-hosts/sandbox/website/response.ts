import type { ServerResponse } from 'node:http';
import { Html } from '../../../common/html.ts';
import { contentSecurityPolicy } from './style.ts';

/** A route's response: a page, a JSON object, or only a status with headers. */
export interface SandboxResponse {
  readonly status: number;
  readonly body?: Html | Record<string, unknown>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends the response; it must not be cached, framed or sniffed. */
export function send(res: ServerResponse, { status, body, headers }: SandboxResponse): void {
  const isPage = body instanceof Html;
  res.writeHead(status, {
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(body === undefined ? {} : { 'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json' }),
    ...headers,
  });
  res.end(body === undefined ? undefined : isPage ? body.toString() : JSON.stringify(body));
}
