import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError, parse } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { checkDocument } from '../../schema/check-document.ts';
import { checkOperation } from '../../schema/check-operation.ts';
import type { ManyInOne, Position, SchemaContext, SchemaDeps, WaitAside } from '../../schema/context.ts';
import { schema } from '../../schema/index.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Identity } from './caller.ts';
import { countedOperations } from './counted-operations.ts';
import { documentCache } from './document-cache.ts';
import type { Subscribe } from './subscriptions.ts';

/** What an operation begins with, by every transport. */
export interface Initial extends Identity {
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
  readonly readsOnly: boolean;
  readonly position: Position;
  readonly waitAside: WaitAside;
  readonly manyInOne: ManyInOne;
}

export type GraphQLServer = YogaServerInstance<Initial, SchemaContext>;

export interface GraphQLServerOptions {
  readonly deps: SchemaDeps;
  /** Who may introspect the schema and gets suggestions of names. */
  readonly seesSchema: (viewer: Viewer) => boolean;
  readonly metrics: Metrics;
  readonly subscribe: Subscribe;
}

/** How operations are parsed, validated and executed. The transports are in answer-graphql.ts, web-sockets.ts. */
export function openGraphQLServer({ deps, seesSchema, metrics, subscribe }: GraphQLServerOptions): GraphQLServer {
  return createYoga<Initial, SchemaContext>({
    schema,
    context: ({ viewer, address, readsOnly, position, waitAside, manyInOne }): SchemaContext => ({
      ...deps,
      viewer,
      address,
      readsOnly,
      position,
      waitAside,
      manyInOne,
    }),
    // run-operation.ts and subscriptions.ts mask errors.
    maskedErrors: false,
    logging: false,
    parserAndValidationCache: { documentCache: documentCache(), errorCache: noCache, validationCache: false },
    plugins: [
      countedOperations(metrics),
      boundedParser,
      plainValidation(seesSchema),
      earlyRefusal(seesSchema),
      startedBy(subscribe),
    ],
  });
}

/** What cannot be parsed is not worth keeping: a cached error would pass by those who count, and keep what anybody sent. */
const noCache = { get: () => undefined, set() {} };

/** Documents of more tokens are refused by the parser, before validation can take long over them. */
const largestDocument = 1_000;

const boundedParser: Plugin = {
  onParse: ({ setParseFn }) =>
    setParseFn((source, options) => {
      try {
        return parse(source, { ...options, maxTokens: largestDocument });
      } catch (error) {
        throw error instanceof GraphQLError ? unparsed(error) : error;
      }
    }),
};

/** The parser quotes the unexpected text, so only its position is reported. */
function unparsed({ message, source, positions }: GraphQLError): Refusal {
  const sentence = message.startsWith('Syntax Error: Document contains more than')
    ? `The document has more than ${largestDocument} tokens.`
    : 'The document has a syntax error.';
  return new Refusal(
    sentence,
    { code: 'GRAPHQL_PARSE_FAILED' },
    { status: 400, wellFormed: true },
    { source, positions },
  );
}

/**
 * Validates each document once. What is invalid is looked at anew each time: its faults hold a hundred times as much as its
 * text, which anybody may send. Viewers who may see the schema get more details, and no other errors.
 */
function plainValidation(seesSchema: (viewer: Viewer) => boolean): Plugin<Initial> {
  const valid = new WeakSet<DocumentNode>();
  return {
    onValidate({ context, params: { documentAST }, setResult }) {
      const faults = valid.has(documentAST) ? [] : checkDocument(documentAST, seesSchema(context.viewer));
      if (faults.length === 0) valid.add(documentAST);
      setResult(faults);
    },
  };
}

const startedBy = (subscribe: Subscribe): Plugin => ({
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
});

/** Stops an operation whose variables or size are wrong before anything of it runs, and one whose client has disconnected. */
function earlyRefusal(seesSchema: (viewer: Viewer) => boolean): Plugin<SchemaContext & Initial> {
  const refuse = (args: ExecutionArgs, viewer: Viewer, stop: (result: ExecutionResult) => void): void => {
    const { document, operationName, variableValues } = args;
    const errors = checkOperation({ document, operationName, variables: variableValues ?? {} }, seesSchema(viewer));
    if (errors.length > 0) stop({ errors });
  };
  return {
    onExecute({ args, context, setResultAndStopExecution }) {
      Object.assign(args, { signal: context.signal });
      refuse(args, context.viewer, setResultAndStopExecution);
    },
    onSubscribe({ args, context, setResultAndStopExecution }) {
      refuse(args, context.viewer, setResultAndStopExecution);
    },
  };
}
