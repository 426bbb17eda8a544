/**
 * The least that `node:http` and `pg` can do for the same requests: the body is read and parsed, one statement runs where
 * there is a DATABASE_URL, and the same JSON is sent back.
 */
import { createServer } from 'node:http';
import type { Pool } from 'pg';
import { findCompany } from './company-record.ts';
import { type CreateCompanyInput, createCompany } from './create-company.ts';
import { openPool } from './pool.ts';
import { runReference } from './program.ts';
import { readJson } from './read-json.ts';

interface Body {
  readonly variables?: { readonly id?: string; readonly input?: CreateCompanyInput };
}

const pool = openPool();

const server = createServer(async (request, response) => {
  const text = JSON.stringify({ data: await answer((await readJson(request)) as Body) });
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
});

async function answer({ variables: { id, input } = {} }: Body): Promise<object> {
  if (id !== undefined) return { company: await findCompany(needed(pool), id) };
  if (input !== undefined) return { createCompany: await createCompany(needed(pool), input) };
  return { __typename: 'Query' };
}

function needed(given: Pool | undefined): Pool {
  if (!given) throw new Error('This needs a DATABASE_URL.');
  return given;
}

runReference(server);
