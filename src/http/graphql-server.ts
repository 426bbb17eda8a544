import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, parse } from 'graphql';
import { createYoga, type Plugin, useExecutionCancellation, type YogaServerInstance } from 'graphql-yoga';
import { checkOperation } from '../../schema/check-operation.ts';
import type { SchemaContext, SchemaDeps } from '../../schema/context.ts';
import { schema } from '../../schema/index.ts';
import type { Access } from '../access/access.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { callerOf } from './caller.ts';
import { countedOperations } from './counted-operations.ts';
import { errorMask, withoutValues } from './error-mask.ts';
import { graphiqlOptions, renderGraphiQL } from './graphiql.ts';

/** How a request reaches the schema: over HTTP with its Node objects, or over a WebSocket that has told who he is. */
export interface Transport {
  readonly req: IncomingMessage;
  readonly res?: ServerResponse;
  readonly viewer?: Viewer;
}

export type GraphQLServer = YogaServerInstance<Transport, SchemaContext>;

export const endpoint = '/graphql';

/** GraphQL over HTTP at `/graphql`: POST, GET, Server-Sent Events, and GraphiQL for browsers. */
export function openGraphQLServer(deps: SchemaDeps, access: Access, metrics: Metrics, log: Log): GraphQLServer {
  return createYoga<Transport, SchemaContext>({
    schema,
    graphqlEndpoint: endpoint,
    context: async ({ req, viewer }): Promise<SchemaContext> => ({
      ...deps,
      viewer: viewer ?? (await access.identify(callerOf(req))),
    }),
    // Who asks is known by a header that no browser adds by itself, so any page may ask.
    cors: { origin: '*', credentials: false, methods: ['GET', 'POST', 'OPTIONS'] },
    maskedErrors: { maskError: errorMask(log) },
    graphiql: graphiqlOptions,
    renderGraphiQL,
    landingPage: false,
    // Bodies are read, and their size is limited, before they come here (read-body.ts).
    maxRequestBodySize: false,
    multipart: false,
    logging: false,
    parserAndValidationCache: { errorCache: noCache },
    plugins: [countedOperations(metrics), boundedParser, earlyRefusal, useExecutionCancellation()],
  });
}

/** What cannot be parsed is not worth keeping: a cached error would pass by those who count, and keep what anybody sent. */
const noCache = { get: () => undefined, set() {} };

/** Documents of more tokens are refused by the parser, before validation can take long over them. */
const largestDocument = 1_000;

const boundedParser: Plugin = {
  onParse: ({ setParseFn }) =>
    setParseFn((source, options) => parse(source, { ...options, maxTokens: largestDocument })),
};

/** Stops an operation whose variables or size are wrong before anything of it runs, by every transport. */
const earlyRefusal: Plugin = {
  onExecute: ({ args, setResultAndStopExecution }) => refuse(args, setResultAndStopExecution),
  onSubscribe: ({ args, setResultAndStopExecution }) => refuse(args, setResultAndStopExecution),
};

function refuse(args: ExecutionArgs, stop: (result: ExecutionResult) => void): void {
  const { document, operationName, variableValues } = args;
  const errors = checkOperation({ document, operationName, variables: variableValues ?? {} });
  if (errors.length > 0) stop({ errors: errors.map((error) => withStatus(withoutValues(error))) });
}

/** A request error: 400 by `application/graphql-response+json`, and 200 where a client asks for `application/json`. */
const withStatus = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    extensions: { code: 'BAD_USER_INPUT', ...error.extensions, http: { spec: true, status: 400 } },
  });
