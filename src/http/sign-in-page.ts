import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignInLink } from '../access/sign-in-link.ts';
import { callerOf } from './caller.ts';

/**
 * Answers a browser that opens the link: it is signed in from now on, and the token leaves the address bar.
 * Returns false for everything else. `path` is a path of ours, and not whatever was asked for.
 */
export function answersLink(
  link: SignInLink,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const query = new URLSearchParams(request.url?.split('?')[1]);
  const token = query.get('token');
  if (request.method !== 'GET' || token === null) return false;
  const cookie = link.cookieFor(token, callerOf(request));
  if (cookie === undefined) return false;
  query.delete('token');
  const location = query.size === 0 ? path : `${path}?${query}`;
  response.writeHead(303, { location, 'set-cookie': cookie, 'cache-control': 'no-store' }).end();
  return true;
}

/** Asks a browser that is not signed in to open the link. Returns false for one that is. */
export function asksToSignIn(link: SignInLink, request: IncomingMessage, response: ServerResponse): boolean {
  if (link.admits(callerOf(request))) return false;
  response.writeHead(401, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'cache-control': 'no-store',
    'www-authenticate': 'Bearer',
  });
  response.end(page);
  return true;
}

const style = `
:root { color-scheme: light dark; }
body { max-width: 36rem; margin: 15vh auto 0; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
input, button { font: inherit; padding: .3rem .6rem; }
code { font-size: .9em; }
`;

const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The form sends its token as the link does; the second link asks again, from a page of ours, with what was asked for. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title>
<style>${style}</style>
</head>
<body>
<h1>Sign in</h1>
<p>Open the link that the server printed when it started, on the machine that it runs on, or enter the link’s token. It is
also in the file <code>sign-in-token</code> in the server’s data folder.</p>
<form>
<input name="token" type="password" aria-label="Token" autocomplete="off" required autofocus>
<button>Sign in</button>
</form>
<p>You have opened it already? <a href="?">Try again.</a></p>
</body>
</html>
`;
