/** graphql-ws on `ws`, with the same schema as plain Yoga. */
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { runReference } from './program.ts';
import { publish, schemaOn } from './yoga-schema.ts';

const server = createServer();
useServer({ schema: schemaOn(undefined) }, new WebSocketServer({ server, path: '/graphql' }));
runReference(server, publish);
