import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../schema/refusal.ts';

/** The largest body of a request, in bytes: a hundred companies, most of them with notes. It is read of callers who have signed in. */
export const largestBody = 250_000;

/** An operation as GraphQL over HTTP describes it (§ 5). */
export interface Parameters {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * The operation in the JSON of a POST, or in the address of a GET. Only JSON is taken: what a form on another page can
 * send would be sent as the signed-in user. Rejects with Refusal.
 */
export async function readParameters(request: IncomingMessage): Promise<Parameters> {
  if (request.method === 'POST') return parametersOf(parseJson(await readBody(request), 'The body'));
  if (request.method === 'GET') return parametersOfAddress(request.url ?? '/');
  throw refuse(405, 'Use POST, or GET for queries and subscriptions.', { allow: 'GET, POST' });
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (!/^application\/(graphql\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
    throw refuse(415, 'Send the body as application/json.');
  }
  if (Number(request.headers['content-length'] ?? 0) > largestBody) throw tooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let size = 0;
  request
    .on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largestBody) chunks.push(chunk);
      else {
        request.pause();
        reject(tooLarge());
      }
    })
    .once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    .once('error', reject);
  return promise;
}

function parametersOfAddress(address: string): Parameters {
  const { searchParams } = new URL(address, 'http://localhost');
  const [variables, extensions] = ['variables', 'extensions'].map((name) => {
    const text = searchParams.get(name);
    return text ? parseJson(text, `The ${name}`) : null;
  });
  const operationName = searchParams.get('operationName') || null;
  return parametersOf({ query: searchParams.get('query'), operationName, variables, extensions });
}

/** The token that a GET carries in its address, since its client can send no header. */
export function streamTokenOf({ method, url = '/' }: IncomingMessage): string | undefined {
  if (method !== 'GET' || !url.includes('streamToken=')) return undefined;
  return new URL(url, 'http://localhost').searchParams.get('streamToken') ?? undefined;
}

/** JSON's own error would quote the text, which may hold a password. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(400, `${what} must be JSON.`);
  }
}

const known = ['query', 'operationName', 'variables', 'extensions'];

function parametersOf(parameters: unknown): Parameters {
  if (Array.isArray(parameters)) throw refuse(400, 'Send one operation in each request, not a list.');
  if (!isObject(parameters)) throw refuse(400, 'Send an object with the query.');
  const { query, operationName, variables, extensions } = parameters;
  if (typeof query !== 'string' || query === '') throw refuse(400, 'Send the query as a string.');
  if (!isAbsent(operationName) && typeof operationName !== 'string')
    throw refuse(400, 'Send operationName as a string.');
  if (!isAbsent(variables) && !isObject(variables)) throw refuse(400, 'Send variables as an object.');
  if (!isAbsent(extensions) && !isObject(extensions)) throw refuse(400, 'Send extensions as an object.');
  if (Object.keys(parameters).some((name) => !known.includes(name) && !isAbsent(parameters[name]))) {
    throw refuse(400, `Send nothing besides ${known.join(', ')}.`);
  }
  return { query, operationName, variables };
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (status: 400 | 405 | 413 | 415, message: string, headers: Record<string, string> = {}): Refusal =>
  new Refusal(message, { code: 'BAD_REQUEST' }, { status, headers });

/** What is left of a large body is not worth reading. */
const tooLarge = (): Refusal => refuse(413, `Send at most ${largestBody} bytes.`, { connection: 'close' });
