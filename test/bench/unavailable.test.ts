import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { acme, ever, failureOf, make, makeUpTo, stepOf } from '../support/site-plan.ts';
import { noStandIn, openStandInBench, type StandInBench, type Switches } from './stand-in-bench.ts';

/** What a step may wait for, and how it becomes unavailable; resolves to a function that brings it back. */
type Outage = (bench: StandInBench) => Promise<() => Promise<unknown>>;
const outages: Readonly<Record<string, readonly [sentence: string, takeAway: Outage]>> = {
  'Redis is down': [
    'The bench’s Redis does not answer.',
    async ({ redis }) => {
      const address = redis.address();
      redis.close();
      return async () => redis.listen(address);
    },
  ],
  'the database is down': ['The database server does not answer.', switchedOff({ databaseDown: 1_000_000 })],
  'the database is paused': ['The database server does not answer.', switchedOff({ databasePaused: true })],
  'the configuration is torn': [
    'The bench’s configuration cannot be read.',
    async ({ path }) => {
      const file = join(path, 'sites/common_site_config.json');
      const config = await readFile(file, 'utf8');
      await writeFile(file, config.slice(0, -1));
      return () => writeFile(file, config);
    },
  ],
};

function switchedOff(switches: Switches): Outage {
  return async (bench) => {
    await bench.turn({ wizard: 'hang', ...switches });
    return () => bench.turn({ wizard: 'hang' });
  };
}

describe('a step names what it waits for', { skip: noStandIn, timeout: 60_000, concurrency: 3 }, () => {
  for (const [outage, [sentence, takeAway]] of Object.entries(outages)) {
    test(`a waiting step reports that ${outage}`, async (t) => {
      const bench = await openStandInBench(t);
      await makeUpTo(bench.host, acme, 'set-up-company');
      await bench.turn({ wizard: 'hang' });
      const stop = new AbortController();
      const told = waits();
      const step = stepOf(bench.host, acme, 'set-up-company');
      const running = assert.rejects(step.run({ signal: stop.signal, progress() {}, waitsFor: told.tell }));
      await bench.reached();
      const giveBack = await takeAway(bench);
      await told.until((what) => what === sentence);
      await giveBack();
      await told.until((what) => !what.includes(sentence));
      stop.abort();
      await running;
    });
  }
});

test('an unreadable configuration is reported at once, and the step succeeds when it can be read', {
  skip: noStandIn,
}, async (t) => {
  const bench = await openStandInBench(t);
  await make(bench.host, acme, 'create-site');
  const file = join(bench.path, 'sites/common_site_config.json');
  const config = await readFile(file, 'utf8');
  await writeFile(file, '{"db_host": ');
  const step = stepOf(bench.host, acme, 'install-app:erpnext');
  const failure = await failureOf(step.run({ signal: ever, progress() {} }));
  assert.deepEqual(
    [failure.reason, failure.message, failure.transient],
    ['HOST_UNAVAILABLE', 'The bench’s configuration cannot be read.', true],
  );
  assert.match(failure.detail ?? '', /common_site_config\.json: /);
  await writeFile(file, config);
  await make(bench.host, acme);
});

/** Collects the reports. */
function waits() {
  const heard = new EventTarget();
  let newest = '';
  return {
    tell(what: string) {
      newest = what;
      heard.dispatchEvent(new Event('told'));
    },
    async until(fits: (what: string) => boolean) {
      while (!fits(newest)) await once(heard, 'told');
    },
  };
}
