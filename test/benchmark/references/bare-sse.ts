/** The least that Node can do: `node:http` writes each company's event to the responses of its watchers. */
import { createServer, type ServerResponse } from 'node:http';
import { resultOf } from './event.ts';
import { runReference } from './program.ts';
import { readJson } from './read-json.ts';
import { watchersByCompany } from './watchers-by-company.ts';

const watchers = watchersByCompany<ServerResponse>();

const server = createServer(async (request, response) => {
  const { variables } = (await readJson(request)) as { variables: { companyId: string } };
  watchers.add(variables.companyId, response);
  response.once('close', () => watchers.delete(variables.companyId, response));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(':\n\n');
});

runReference(server, (version) =>
  watchers.each((responses) => {
    const event = Buffer.from(`id: ${version}\nevent: next\ndata: ${JSON.stringify(resultOf(version))}\n\n`);
    for (const response of responses) response.write(event);
  }),
);
