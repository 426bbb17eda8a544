import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** A request that is refused, with the status, the message and the headers of the response. */
export class BadRequest extends Error {
  readonly status: 400 | 413 | 415 | 429;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: BadRequest['status'], message: string, headers: BadRequest['headers'] = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

// A log-in needs a hundred bytes. Bytes beyond the limit are drained, not stored, so the client still gets the response; beyond
// the second limit the connection is dropped.
const maxBodyBytes = 16 * 1024;
const maxIgnoredBytes = 1024 * 1024;

const credentials = z.object({ usr: z.string(), pwd: z.string() });
export type Credentials = z.infer<typeof credentials>;

/** The credentials in a form or a JSON body. Throws BadRequest when it is something else, or too large. */
export async function readCredentials(req: IncomingMessage): Promise<Credentials> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/x-www-form-urlencoded') {
    throw new BadRequest(415, 'Send a form or JSON.');
  }
  const text = await readBody(req);
  const body = type === 'application/json' ? parseJson(text) : Object.fromEntries(new URLSearchParams(text));
  const parsed = credentials.safeParse(body);
  if (!parsed.success) throw new BadRequest(400, 'usr and pwd are required.');
  return parsed.data;
}

/** The value of the session cookie, if the request has one. */
export const readSid = (req: IncomingMessage): string | undefined =>
  req.headers.cookie
    ?.split(';')
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith('sid='))
    ?.slice('sid='.length);

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
    else if (bytes > maxIgnoredBytes) break;
  }
  if (bytes > maxBodyBytes) throw new BadRequest(413, 'Request body too large.');
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest(400, 'Invalid JSON.');
  }
}
