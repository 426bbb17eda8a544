/**
 * fastify with mercurius, compiling queries when JIT is `on`. It prints the port on which it listens. Plain JavaScript, since
 * the types of graphql 16 are installed for this package alone.
 */
import fastify from 'fastify';
import mercurius from 'mercurius';
import { companyType, findCompany } from '../company-record.ts';
import { openPool } from '../pool.ts';

const pool = openPool();
const server = fastify();
server.register(mercurius, {
  schema: companyType,
  resolvers: { Query: { company: (_root, { id }) => pool && findCompany(pool, id) } },
  jit: process.env['JIT'] === 'on' ? 1 : 0,
});
await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ port: server.server.address().port })}\n`);
