import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { GraphQLError, GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import { openRevocations } from '../src/access/revoked-tokens.ts';
import { type Role, type TokenName, type Viewer, viewer } from '../src/access/viewer.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { ResultStream } from '../src/http/result-stream.ts';
import { openSubscriptions } from '../src/http/subscriptions.ts';
import { openViewerLimits } from '../src/http/viewer-limits.ts';
import { openMetrics } from '../src/observability/metrics.ts';
import { openRequestCounts } from '../src/quotas/request-counts.ts';

// A schema that counts its executions, and a source that gives everybody the same events.

interface Execution {
  executions: number;
  masked: number;
}

const events = [{ version: 1 }, { version: 2 }];

function openService(fails = false) {
  const counted: Execution = { executions: 0, masked: 0 };
  const count = {
    type: new GraphQLNonNull(GraphQLInt),
    args: { plus: { type: GraphQLInt, defaultValue: 0 } },
    subscribe: async function* () {
      yield* events;
    },
    resolve(event: { version: number }, { plus }: { plus: number }) {
      counted.executions += 1;
      if (fails) throw new GraphQLError('secret');
      return event.version + plus;
    },
  };
  const field = { type: GraphQLInt };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { field } }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: { count } }),
  });
  const subscribe = openSubscriptions({
    limits: openViewerLimits(
      () => undefined,
      openRequestCounts(async () => new Map(), assert.fail),
    ),
    revocations: openRevocations(),
    metrics: openMetrics(),
    mask(result) {
      if (!result.errors) return result;
      counted.masked += 1;
      return { ...result, errors: [new GraphQLError('masked')] };
    },
  });
  const document = parse('subscription ($plus: Int) { count(plus: $plus) }');
  const results = async (person: Person = {}, plus = 0, asked = document) => {
    const { subject = 'jane', role = 'customer', address = '192.0.2.1', token = {} } = person;
    const stream = await subscribe({
      schema,
      document: asked,
      variableValues: { plus },
      contextValue: {
        viewer: viewer(subject, undefined, [role], undefined, token),
        address,
        signal: new AbortController().signal,
        position: {},
      },
    });
    assert.ok(stream instanceof ResultStream);
    return Array.fromAsync(stream);
  };
  return { results, counted };
}

interface Person {
  readonly subject?: string;
  readonly role?: Role;
  readonly address?: string;
  readonly token?: TokenName & Pick<Viewer, 'onlyStreamOf'>;
}

test('an event is executed once for all who ask the same and see the same, and they get one result', async () => {
  const { results, counted } = openService();
  const [first = [], second = []] = await Promise.all([results(), results({ address: '192.0.2.2' })]);
  assert.deepEqual(
    first.map(({ data }) => data?.['count']),
    [1, 2],
  );
  assert.ok(first.every((result, index) => result === second[index]));
  assert.equal(counted.executions, events.length);
});

test('an event is executed anew for those who come later', async () => {
  const { results, counted } = openService();
  for (const times of [1, 2]) {
    await results();
    await setImmediate();
    assert.equal(counted.executions, times * events.length);
  }
});

test('an event is executed anew for other variables, another document and another person', async () => {
  const { results, counted } = openService();
  await results();
  for (const [index, asked] of [
    () => results({}, 1),
    () => results({}, 0, parse('subscription { count }')),
    () => results({ subject: 'john' }),
    () => results({ role: 'partner' }),
    // Cast: it is an id.
    () => results({ token: { onlyStreamOf: 'COMP-2026-00001' as CompanyId } }),
  ].entries()) {
    await asked();
    assert.equal(counted.executions, (index + 2) * events.length);
  }
});

test('an event is executed anew for each operator, token and address, since the audit log names them', async () => {
  const { results, counted } = openService();
  const role = 'operator';
  const people: Person[] = [
    { role },
    { role, subject: 'john' },
    { role, address: '192.0.2.2' },
    { role, token: { tokenId: 'one' } },
  ];
  for (const person of people) await results(person);
  assert.equal(counted.executions, people.length * events.length);
});

test('an error of an event is masked once, and everybody gets the masked one', async () => {
  const { results, counted } = openService(true);
  for (const result of (await Promise.all([results(), results()])).flat()) {
    assert.deepEqual(
      result.errors?.map(({ message }) => message),
      ['masked'],
    );
  }
  assert.equal(counted.masked, events.length);
});
