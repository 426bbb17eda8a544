import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { type HttpAnswer, Refusal } from '../../schema/refusal.ts';
import type { JsonType } from './accepted-types.ts';

/** Sends one result as JSON, with the status that GraphQL over HTTP (§ 6.4) gives it. */
export function writeResult(response: ServerResponse, type: JsonType, result: ExecutionResult): void {
  const answers = httpAnswersOf(result).filter(({ wellFormed }) => !(wellFormed && type === 'application/json'));
  // A part of the answer is better than none: only an operation that was refused as a whole has another status.
  const status = result.data ? 200 : Math.max(200, ...answers.map(({ status }) => status));
  const headers = Object.assign({}, ...answers.map(({ headers }) => headers));
  const body = JSON.stringify(result);
  response.writeHead(status, {
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    // Without it the body is sent in chunks, by several writes.
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** A request that was not even read as an operation, and so no stream can begin with it. */
export const isMalformed = (result: ExecutionResult): boolean =>
  !result.data && httpAnswersOf(result).some(({ wellFormed }) => !wellFormed);

const httpAnswersOf = ({ errors = [] }: ExecutionResult): HttpAnswer[] =>
  errors.flatMap((error) => (error instanceof Refusal && error.http ? [error.http] : []));
