import type { IncomingMessage } from 'node:http';

const jsonTypes = ['application/graphql-response+json', 'application/json'] as const;
export type JsonType = (typeof jsonTypes)[number];

/** In which forms a client takes results. */
export interface Accepted {
  /** The first that it lists, for a single result. */
  readonly json: JsonType | undefined;
  /** Server-Sent Events, for streams; and for single results where it takes nothing else. */
  readonly events: boolean;
}

/** Reads the Accept header: the order counts, weights do not. */
export function acceptedBy({ headers: { accept = '*/*' } }: IncomingMessage): Accepted {
  const ranges = accept.toLowerCase().split(',').flatMap(rangeOf);
  const anything = ranges.find((range) => range === '*/*' || range === 'application/*');
  return {
    json:
      jsonTypes
        .filter((type) => ranges.includes(type))
        .toSorted((one, other) => ranges.indexOf(one) - ranges.indexOf(other))
        .at(0) ??
      (anything && 'application/json'),
    events: ranges.some((range) => range === 'text/event-stream' || range === 'text/*' || range === '*/*'),
  };
}

/** The media range without its parameters, or nothing when it asks for another character set than ours. */
function rangeOf(text: string): string[] {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return charset === undefined || charset === 'charset=utf-8' ? [range] : [];
}
