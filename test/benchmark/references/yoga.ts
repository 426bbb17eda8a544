/** Plain Yoga. Without its guard of the body's size when BODY_GUARD is `off`; with a database when there is a DATABASE_URL. */
import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { openPool } from './pool.ts';
import { runReference } from './program.ts';
import { publish, schemaOn } from './yoga-schema.ts';

const yoga = createYoga({
  schema: schemaOn(openPool()),
  logging: false,
  graphiql: false,
  ...(process.env['BODY_GUARD'] === 'off' ? { maxRequestBodySize: false } : {}),
});
runReference(createServer(yoga), publish);
