import type { ServerResponse } from 'node:http';
import { Html } from '../../../common/html.ts';
import { contentSecurityPolicy } from './style.ts';

/** What a route answers: a page, a JSON object, or only a status with headers. */
export interface Answer {
  readonly status: number;
  readonly body?: Html | Record<string, unknown>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends the answer; nothing of a site is cached, framed or guessed at. */
export function send(res: ServerResponse, { status, body, headers }: Answer): void {
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
