import fc, { type Arbitrary } from 'fast-check';
import { CreateCompanyDocument, ResendMailDocument, ServiceStatusDocument } from '../../src/client/operations.ts';
import { requestFor } from '../support/test-service.ts';

/** What is sent to the service, by one request or over one socket. */
export type Message =
  | {
      readonly kind: 'request';
      readonly method: 'GET' | 'POST' | 'PUT' | 'OPTIONS';
      readonly signedIn: boolean;
      readonly parameters: Readonly<Record<string, string>>;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'socket'; readonly signedIn: boolean; readonly frames: readonly string[] };

/** Stands in every position of what is sent; no answer may hold it. It is a name and a string alike. */
export const canary = 'Zq7x9WKu2';

const input = requestFor('fuzzed.localhost', { adminPassword: `${canary} ${canary}`, draft: true });
const create = 'mutation ($input: CreateCompanyInput!) { createCompany(input: $input) { __typename } }';

const documents = [
  create,
  CreateCompanyDocument.toString(),
  ServiceStatusDocument.toString(),
  ResendMailDocument.toString(),
  `mutation { createCompany(input: { companyName: "${canary}", apps: ["${canary}"] }) { __typename } }`,
  `{ company(id: "${canary}") { id history(first: 3, after: "${canary}") { edges { node { message } } } } }`,
  `{ companies(first: 5, filter: { status: [ACTIVE], text: "${canary}" }) { pageInfo { endCursor } } }`,
  `query ${canary} { __schema { types { name fields { name } } } }`,
  `subscription { companyStatusChanged(companyId: "${canary}", sinceVersion: 3) { version } }`,
  `fragment ${canary} on Company { id } { companies { edges { node { ...${canary} } } } }`,
];

const words = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ':',
    '!',
    '|',
    '=',
    '@',
    '&',
    '$',
    '...',
    '"',
    '"""',
    '#',
    ',',
    '\\',
    '\0',
    '\u202e',
  ],
  ...[
    'query',
    'mutation',
    'subscription',
    'fragment',
    'on',
    'type',
    'input',
    'null',
    'true',
    '1',
    '-1',
    '1e999',
    '007',
  ],
  ...['company', 'companies', 'createCompany', 'input', 'id', 'first', 'after', '__typename', '__schema', '__type'],
  ...['@include', '@skip', '@defer', '@stream', '@oneOf', canary, `"${canary}"`, `$${canary}`, `@${canary}`, '😀', 'é'],
];

const nonsense = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((all) => all.join(' '));

/** A good text with a part of it taken out and something else put in its place. */
const mutated = (texts: readonly string[]): Arbitrary<string> =>
  fc
    .record({
      text: fc.constantFrom(...texts),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat({ max: 20 }),
      instead: fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 10 })),
    })
    .map(({ text, at, length, instead }) => {
      const from = Math.floor(at * text.length);
      return text.slice(0, from) + instead + text.slice(from + length);
    });

const fields = ['company', 'companies', 'edges', 'node', 'id', 'history', 'createCompany', '__typename', canary];
const types = ['Company', 'Query', 'ID', 'String!', 'Int', 'CreateCompanyInput!', '[CompanyStatus!]', canary];
const names = ['id', 'companyId', 'first', 'after', 'filter', 'input', 'if', canary];
const literals = [`"${canary}"`, `"""${canary}"""`, canary, `$${canary}`, '$id', '1', 'null', '[1, "x"]', 'QUEUED'];

const list = (arbitrary: Arbitrary<string>, open: string, close: string): Arbitrary<string> =>
  fc.array(arbitrary, { maxLength: 3 }).map((all) => (all.length > 0 ? `${open}${all.join(' ')}${close}` : ''));

/** What the grammar of GraphQL lets pass, and the schema may not. */
const { operation } = fc.letrec<Record<'operation' | 'selections' | 'value', string>>((tie) => {
  const argument = fc.tuple(fc.constantFrom(...names), tie('value')).map(([name, given]) => `${name}: ${given}`);
  const directive = fc
    .tuple(fc.constantFrom('', '', '', '@include', '@skip', '@defer', `@${canary}`), list(argument, '(', ')'))
    .map(([name, given]) => (name === '' ? '' : ` ${name}${given} `));
  const variable = fc
    .tuple(fc.constantFrom('id', 'input', canary), fc.constantFrom(...types), fc.constantFrom('', ...literals))
    .map(([name, type, given]) => `$${name}: ${type}${given === '' ? '' : ` = ${given}`}`);
  const field = fc
    .tuple(fc.constantFrom('', `${canary}: `), fc.constantFrom(...fields), list(argument, '(', ')'), directive)
    .map((parts) => parts.join(''));
  const nested = fc.tuple(field, tie('selections')).map((parts) => parts.join(' '));
  const inline = fc
    .tuple(fc.constantFrom('Company', 'Query', canary), tie('selections'))
    .map(([type, selections]) => `... on ${type} ${selections}`);
  return {
    value: fc
      .oneof({ depthSize: 'small' }, fc.constantFrom(...literals), list(argument, '{', '}'))
      .map((text) => text || '{}'),
    selections: fc
      .array(fc.oneof({ depthSize: 'small' }, field, nested, inline, fc.constant(`...${canary}`)), {
        minLength: 1,
        maxLength: 3,
      })
      .map((all) => `{ ${all.join(' ')} }`),
    operation: fc.oneof(
      tie('selections').map((selections) => `fragment ${canary} on Company ${selections}`),
      fc
        .tuple(
          fc.constantFrom('query ', 'mutation ', 'subscription ', `query ${canary} `),
          list(variable, '(', ')'),
          directive,
          tie('selections'),
        )
        .map((parts) => parts.join('')),
    ),
  };
});

const document = fc.oneof(
  { weight: 2, arbitrary: mutated(documents) },
  { weight: 3, arbitrary: fc.array(operation, { minLength: 1, maxLength: 3 }).map((all) => all.join('\n')) },
  fc.constantFrom(...documents),
  nonsense,
);

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      canary,
      canary.repeat(50),
      null,
      true,
      0,
      -1,
      1e21,
      2 ** 53,
      '',
      '\0',
      `${canary}\u202e`,
      '__proto__',
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...Object.keys(input), canary, '__proto__', 'toString', ''), tie('value'), {
      maxKeys: 4,
    }),
  ),
})).value;

/** The good input with some of its fields replaced. */
const variables = fc.oneof(
  fc
    .dictionary(fc.constantFrom(...Object.keys(input), canary), value, { maxKeys: 3 })
    .map((changes) => ({ input: { ...input, ...changes } })),
  fc.dictionary(fc.constantFrom('input', 'id', 'first', 'filter', 'mailId', canary), value, { maxKeys: 3 }),
  value,
);

const payload = fc.oneof(
  { weight: 4, arbitrary: fc.record({ query: document, variables }) },
  { weight: 2, arbitrary: fc.record({ query: document, operationName: value }, { requiredKeys: ['query'] }) },
  fc.record({ query: value, extensions: value, [canary]: value }, { requiredKeys: [] }),
  value,
);

const json = payload.map((given) => JSON.stringify(given) ?? '');
const body = fc.oneof(
  { weight: 6, arbitrary: json },
  json.chain((text) => mutated([text])),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text + canary),
);

const mediaTypes = [
  'application/json',
  'text/event-stream',
  'multipart/mixed',
  'text/html',
  'application/graphql',
  canary,
];
/** What a header may hold on the wire. */
const headerValue = fc.oneof(
  fc.constantFrom(
    ...mediaTypes,
    '*/*',
    'application/graphql-response+json',
    'gzip, br',
    '1',
    'chunked,',
    '127.0.0.1',
    'null',
  ),
  fc.string({ maxLength: 30 }).map((text) => `${text.trim()}${canary}`),
);
const headerNames = [
  ...['accept', 'content-type', 'content-encoding', 'accept-encoding', 'origin', 'cookie', 'authorization', 'range'],
  ...[
    'x-forwarded-for',
    'x-forwarded-host',
    'forwarded',
    'last-event-id',
    'sec-fetch-site',
    'x-graphql-event-stream-token',
  ],
];
/** Most have none, since a wrong one ends a request before its body is looked at. */
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.dictionary(fc.constantFrom(...headerNames), headerValue, { maxKeys: 3 }),
);

const signedIn = fc.nat({ max: 9 }).map((one) => one > 0);

const request: Arbitrary<Message> = fc.record({
  kind: fc.constant('request' as const),
  method: fc.constantFrom(
    'POST' as const,
    'POST' as const,
    'POST' as const,
    'GET' as const,
    'PUT' as const,
    'OPTIONS' as const,
  ),
  signedIn,
  parameters: fc.dictionary(fc.constantFrom('query', 'variables', 'operationName', canary), fc.oneof(document, json), {
    maxKeys: 2,
  }),
  headers,
  body,
});

const frame = fc.oneof(
  { weight: 4, arbitrary: payload.map((given) => JSON.stringify({ id: '1', type: 'subscribe', payload: given })) },
  fc
    .record({
      id: value,
      type: fc.constantFrom('subscribe', 'complete', 'ping', 'pong', 'next', canary),
      payload: value,
    })
    .map((message) => JSON.stringify(message)),
  body,
);
const socket: Arbitrary<Message> = fc.record({
  kind: fc.constant('socket' as const),
  signedIn,
  frames: fc.array(frame, { minLength: 1, maxLength: 5 }),
});

export const message: Arbitrary<Message> = fc.oneof(
  { weight: 5, arbitrary: request },
  { weight: 1, arbitrary: socket },
);
