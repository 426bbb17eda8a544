import { type ASTNode, GraphQLError, type GraphQLErrorExtensions, type GraphQLFormattedError } from 'graphql';

/** What a refusal is about, as programs read it in `extensions.code`. */
export type RefusalCode =
  | 'BAD_REQUEST'
  | 'BAD_USER_INPUT'
  | 'FORBIDDEN'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'INTERNAL_SERVER_ERROR'
  | 'NOT_FOUND'
  | 'SERVICE_UNAVAILABLE'
  | 'TOO_MANY_REQUESTS'
  | 'UNAUTHENTICATED';

interface Extensions extends GraphQLErrorExtensions {
  readonly code: RefusalCode;
}

/** How HTTP answers a refusal, where the operation as a whole is refused. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a well-formed request: 200 for clients that ask for `application/json` (GraphQL over HTTP, § 6.4.1). */
  readonly wellFormed?: boolean;
}

interface Where extends Partial<Pick<GraphQLError, 'source' | 'positions' | 'path'>> {
  readonly nodes?: readonly ASTNode[] | undefined;
}

/**
 * An error whose every word is ours, and so the only kind that leaves the process: it names what the schema names, and
 * repeats nothing of what was sent.
 */
export class Refusal extends GraphQLError {
  readonly http: HttpAnswer | undefined;

  constructor(
    message: string,
    extensions: Extensions,
    http?: HttpAnswer,
    { nodes, source, positions, path }: Where = {},
  ) {
    // Each place costs bytes of the answer, and a fault has few that help.
    super(message, { nodes: nodes?.slice(0, 2), source, positions, path, extensions });
    this.http = http;
  }

  /** Without what Yoga notes in the extensions of invalid documents for its own way of answering. */
  override toJSON(): GraphQLFormattedError {
    const { extensions: { http: _, ...extensions } = {}, ...rest } = super.toJSON();
    return { ...rest, extensions };
  }

  /** The same refusal, of the field that `error` was found at. */
  at({ nodes, source, positions, path }: GraphQLError): Refusal {
    return new Refusal(this.message, { code: 'BAD_USER_INPUT', ...this.extensions }, this.http, {
      nodes,
      source,
      positions,
      path,
    });
  }
}

/** For queries, subscriptions and lists, whose results have no place for a typed problem. */
export const badArgument = (field: string, message: string): Refusal =>
  new Refusal(message, { code: 'BAD_USER_INPUT', field });

/** For whatever a stream token does not open. */
export const onlyStreams = (): Refusal =>
  new Refusal(
    'A stream token opens the subscription companyStatusChanged of its company only.',
    { code: 'FORBIDDEN' },
    { status: 403 },
  );

export const notFound = (field: string): Refusal =>
  new Refusal('No such company exists.', { code: 'NOT_FOUND', field });
