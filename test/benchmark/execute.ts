import { ask } from '../support/ask.ts';
import type { Server } from './server.ts';

/** Runs an operation; rejects unless its result has no errors. */
export async function execute(
  { port }: Server,
  token: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const { text } = await ask(`http://127.0.0.1:${port}/graphql`, {
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = JSON.parse(text) as { data?: Record<string, unknown>; errors?: unknown };
  if (!data || errors) throw new Error(`The API answered ${text}`);
  return data;
}
