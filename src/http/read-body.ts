import type { IncomingMessage } from 'node:http';

/** The largest body of a request, in bytes. */
export const largestBody = 100_000;

/** A body that is not taken, with the status to answer. */
export class RefusedBody extends Error {
  override readonly name = 'RefusedBody';
  readonly status: 400 | 413 | 415;

  constructor(status: RefusedBody['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The body of a POST as text. Only JSON is taken: what a form on another page can send would come in the name of whoever
 * is signed in. Rejects with RefusedBody.
 */
export async function readJsonBody(request: IncomingMessage): Promise<string> {
  if (!/^application\/(graphql\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new RefusedBody(415, 'Send the body as application/json.');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestBody) throw new RefusedBody(413, `Send at most ${largestBody} bytes.`);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  requireJson(body, 'The body');
  return body;
}

/** The variables of a GET stand in its address; refused when they are no JSON. */
export function checkQueryVariables(address: string): void {
  const variables = new URL(address, 'http://localhost').searchParams.get('variables');
  if (variables) requireJson(variables, 'The variables');
}

/** JSON's own error would quote the text, which may hold a password. */
function requireJson(text: string, what: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new RefusedBody(400, `${what} must be JSON.`);
  }
}
