import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import type { Client, LogLine } from '../src/client/client.ts';
import {
  CompanyLogDocument,
  type CompanyLogQueryVariables,
  ProvisionCompanyDocument,
} from '../src/client/operations.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { findLogLines, newestLogLine } from '../src/company/find-log-lines.ts';
import { appendLogLines, mostKept } from '../src/provisioning/append-log-lines.ts';
import { claimCompany } from '../src/provisioning/lease.ts';
import { longestLine, mostFirst, mostNewest, openProvisioningLog } from '../src/provisioning/provisioning-log.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { ask } from './support/ask.ts';
import { openCompanyStore, times } from './support/company-store.ts';
import { type Fate, faultyDatabase } from './support/faulty-database.ts';
import { printingHost } from './support/printing-host.ts';
import { exampleWith } from './support/readme.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

const adminPassword = 'canary "Zq7x9WKu2" & more';
const host = printingHost();
const { url, clientOf, tokenOf } = await openTestService({ after }, { host, env: { WORKER_CONCURRENCY: '8' } });
const jane = await clientOf('jane', 'customer');
const olga = await clientOf('olga', 'operator');

const textsOf = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

/** Provisions a company at `<name>.localhost` on whose host `print` prints; returns its id and its whole log. */
async function logOf(name: string, print: Parameters<typeof host.printAt>[1]) {
  host.printAt(`${name}.localhost`, print);
  const { id } = await createCompany(jane, requestFor(`${name}.localhost`, { adminPassword }));
  const lines = await Array.fromAsync(jane.readLog(id));
  return { id, lines, texts: textsOf(lines) };
}

async function pageOf(client: Client, variables: CompanyLogQueryVariables) {
  const { company } = await client.execute(CompanyLogDocument, variables);
  return company?.log && { ...company.log, lines: company.log.edges.map(({ node }) => node) };
}

describe('the provisioning log', { concurrency: 8, timeout: 60_000 }, () => {
  test('lines are streamed while the step that prints them runs', async () => {
    const seen = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    host.printAt('live.localhost', async ({ print }) => {
      for (const [index, { promise }] of seen.entries()) {
        print(`line ${index + 1}`);
        await promise;
      }
    });
    const { id } = await createCompany(jane, requestFor('live.localhost'));
    const lines: LogLine[] = [];
    for await (const line of jane.readLog(id)) {
      lines.push(line);
      seen[lines.length - 1]?.resolve();
    }
    assert.deepEqual(
      lines.map(({ number, attempt, step, text }) => [number, attempt, step, text]),
      [
        [1, 1, 'print', 'line 1'],
        [2, 1, 'print', 'line 2'],
      ],
    );
    assert.ok(lines.every(({ writtenAt }) => Date.parse(writtenAt) > 0));
  });

  test('the log is read afterwards page by page, by operators and by whoever created the company', async () => {
    const { id, lines } = await logOf('pages', async ({ print }) => {
      for (let number = 1; number <= 250; number += 1) print(`line ${number}`);
    });
    assert.equal(lines.length, 250);
    for (const client of [jane, olga]) {
      const read: LogLine[] = [];
      for (let after: string | null | undefined; ; ) {
        const page = await pageOf(client, { id, first: 100, after: after ?? null });
        read.push(...(page?.lines ?? []));
        if (!page?.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      assert.deepEqual(read, lines);
      assert.deepEqual((await pageOf(client, { id, last: 2 }))?.lines, lines.slice(-2));
    }
    const joe = await clientOf('joe', 'customer');
    assert.equal(await pageOf(joe, { id }), undefined);
    await assert.rejects(Array.fromAsync(joe.readLog(id)), { message: 'No such company exists.' });
  });

  test('the log resumes after any line, over every attempt, and is complete for those who come later', async () => {
    let attempts = 0;
    const { id, texts } = await logOf('again', async ({ print }) => {
      attempts += 1;
      print(`attempt ${attempts} begins`);
      if (attempts === 1) throw new SiteHostError('SET_UP_FAILED', 'It failed.');
      print('it works');
    });
    assert.deepEqual(texts, ['attempt 1 begins']);
    await jane.execute(ProvisionCompanyDocument, { companyId: id });
    await watchToEnd(jane, id);
    const all = await Array.fromAsync(jane.readLog(id));
    assert.deepEqual(
      all.map(({ number, attempt, text }) => [number, attempt, text]),
      [
        [1, 1, 'attempt 1 begins'],
        [2, 2, 'attempt 2 begins'],
        [3, 2, 'it works'],
      ],
    );
    for (const since of [0, 1, 2, 3])
      assert.deepEqual(await Array.fromAsync(jane.readLog(id, since)), all.slice(since));
    for (const wrong of [-1, 4])
      await assert.rejects(Array.fromAsync(jane.readLog(id, wrong)), {
        message: 'Give a number from 0 to 3, that of the newest line.',
      });
  });

  test('a browser resumes after the last line that it has seen, and is told when there is none left', async () => {
    const { id } = await logOf('browser', async ({ print }) => {
      for (const text of ['one', 'two', 'three']) print(text);
    });
    const query = exampleWith('provisioningLog', 'graphql');
    const variables = JSON.stringify({ id });
    const read = async (lastEventId: string) => {
      const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;
      const headers = { authorization, accept: 'text/event-stream', 'last-event-id': lastEventId };
      return ask(`${url}?${new URLSearchParams({ query, variables })}`, { method: 'GET', headers });
    };
    const { text } = await read('1');
    assert.deepEqual(text.match(/id: \d+|"text":"\w+"/g), ['id: 2', '"text":"two"', 'id: 3', '"text":"three"']);
    assert.equal((await read('3')).status, 204);
  });

  test('no secret is in the log, in whatever spelling and wherever a line breaks', async () => {
    const database = 'database-Pw-5tgb';
    const { texts } = await logOf('secrets', async ({ print }) => {
      print(`password=${adminPassword}`);
      print(JSON.stringify({ adminPassword }));
      print(encodeURIComponent(adminPassword));
      print(`\u001b[1m${adminPassword.slice(0, 9)}\u001b[0m${adminPassword.slice(9)}`);
      print(`the password is ${adminPassword.slice(0, 12)}`);
      print(`${adminPassword.slice(12)} and ends on this line`);
      print(`${database} comes first`);
      print('the host knows it later', [database]);
    });
    assert.equal(texts.length, 8);
    for (const part of ['Zq7x9WKu2', 'Zq7x9', '9WKu2', 'canary', database])
      assert.ok(!texts.join('\n').includes(part), `${part} is in ${texts.join('\n')}`);
    assert.deepEqual(texts.slice(4, 6), ['the password is [secret]', '[secret] and ends on this line']);
  });

  test('control characters and what nobody sees are removed, and a line that is too long is not kept', async () => {
    const { texts } = await logOf('hostile', async ({ print }) => {
      print('\u001b[31mred\u001b[0m\u0007 \u001b]0;title\u0007and\tplain\0');
      print('right\u202eto left\u2028');
      print(`half a \ud83d pair`);
      print('x'.repeat(longestLine + 1));
      print('x'.repeat(1_000_000));
    });
    const tooLong = '(more than 4000 characters on one line)';
    assert.deepEqual(texts, ['red and plain', 'rightto left', 'half a \ufffd pair', tooLong, tooLong]);
  });

  test('of a host that prints without end the first and the newest lines are kept, and how many were left out', async () => {
    const printed = 200_000;
    const { lines, texts } = await logOf('endless', async ({ print }) => {
      for (let number = 1; number <= printed; number += 1) print(`line ${number}`);
    });
    assert.equal(lines.length, mostFirst.lines + 1 + mostNewest.lines);
    assert.deepEqual(
      lines.map(({ number }) => number),
      lines.map((_, index) => index + 1),
    );
    assert.deepEqual(
      [texts[0], texts[mostFirst.lines - 1], texts[mostFirst.lines], texts[mostFirst.lines + 1], texts.at(-1)],
      ['line 1', 'line 2000', `(${printed - 2_200} lines left out)`, `line ${printed - 199}`, `line ${printed}`],
    );
  });

  test('of long lines no more characters are kept than of short ones', async () => {
    const { texts } = await logOf('wide', async ({ print }) => {
      for (let number = 1; number <= 1_000; number += 1) print(`${number} `.padEnd(longestLine, 'x'));
    });
    assert.ok(texts.join('').length <= mostFirst.characters + mostNewest.characters + 100);
    assert.match(texts.at(-1) ?? '', /^1000 x/);
  });

  test('a stream token shows no log', async () => {
    const { id } = await logOf('token', async ({ print }) => print('for its owner'));
    const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;
    const creation = `mutation { createStreamToken(companyId: "${id}") { ... on CreateStreamTokenSuccess { token } } }`;
    const { text } = await ask(url, { headers: { authorization }, body: JSON.stringify({ query: creation }) });
    const { token: streamToken } = JSON.parse(text).data.createStreamToken;
    const get = async (query: string, headers: Record<string, string>, more = {}) =>
      (await ask(`${url}?${new URLSearchParams({ query, ...more })}`, { method: 'GET', headers })).text;
    const accept = 'text/event-stream';
    const log = `subscription { provisioningLog(companyId: "${id}") { text } }`;
    assert.match(await get(log, { accept }, { streamToken }), /FORBIDDEN/);
    const selection = 'version company { log { edges { node { text } } } }';
    const status = `subscription { companyStatusChanged(companyId: "${id}") { ${selection} } }`;
    assert.match(await get(status, { accept, authorization }), /for its owner/);
    assert.match(await get(status, { accept }, { streamToken }), /"log":null/);
  });
});

describe('log lines in the database', { timeout: 60_000 }, async () => {
  const store = await openCompanyStore(after);
  const { db } = store;
  const log = pino({ level: 'silent' });
  const claimOf = async (name: string) => {
    const { id } = await store.create(name);
    return (await claimCompany(db, id, 'worker', times, AbortSignal.timeout(10_000))) ?? assert.fail();
  };
  const textsAt = async (id: CompanyId): Promise<readonly string[]> => {
    const [lines = []] = await findLogLines(db, [{ id, window: { fromEnd: false, limit: 100 } }]);
    return lines.map(({ number, text }, index) => (number === index + 1 ? text : assert.fail(`a gap at ${number}`)));
  };
  const lineOf = (text: string) => ({ step: 'print', text });

  test('a secret is found that ends on a line which was printed after the one before was due', async () => {
    const claim = await claimOf('later');
    let notified = 0;
    const notifier = {
      ...store.notifier,
      logged() {
        notified += 1;
        if (notified === 1) printed.print('print', 'horse battery', [password]);
      },
    };
    const password = 'correct horse battery';
    using printed = openProvisioningLog({ db, notifier, log }, claim);
    printed.print('print', 'begins', [password]);
    printed.print('print', 'it is correct ', []);
    while (notified < 3) await setImmediate();
    assert.deepEqual(await textsAt(claim.company.id), ['begins', 'it is [secret]', '[secret]']);
  });

  test('lines are written once, whether or not an answer was lost, and never under a stale token or after the end', async () => {
    const stale = await claimOf('stale');
    const { id } = stale.company;
    for (const lines of [['one'], ['one'], ['one', 'two']])
      assert.equal(await appendLogLines(db, stale, 0, lines.map(lineOf)), true);
    await store.set(id, `leased_until = now() - interval '1 second'`);
    const claim = (await claimCompany(db, id, 'other', times, AbortSignal.timeout(10_000))) ?? assert.fail();
    assert.equal(await appendLogLines(db, stale, 2, [lineOf('stale')]), false);
    assert.equal(await appendLogLines(db, claim, 2, [lineOf('three')]), true);
    await store.set(id, `status = 'FAILED'`);
    assert.equal(await appendLogLines(db, claim, 3, [lineOf('after the end')]), false);
    assert.deepEqual(await textsAt(id), ['one', 'two', 'three']);
  });

  test('a thousand lines cost one statement, and one that finds where they begin', async () => {
    const claim = await claimOf('together');
    let statements = 0;
    const counted = faultyDatabase(db, () => {
      statements += 1;
      return 'answered';
    });
    using printed = openProvisioningLog({ db: counted, notifier: store.notifier, log }, claim);
    for (let number = 1; number <= 1_000; number += 1) printed.print('print', `line ${number}`, []);
    await printed.close(10_000);
    assert.deepEqual([statements, await newestLogLine(db, claim.company.id)], [2, 1_000]);
  });

  test('a company keeps its newest lines', async () => {
    const claim = await claimOf('forgets');
    await appendLogLines(
      db,
      claim,
      0,
      Array.from({ length: mostKept }, (_, index) => lineOf(`line ${index + 1}`)),
    );
    await appendLogLines(db, claim, mostKept, [lineOf('one more'), lineOf('two more')]);
    const [oldest] = await findLogLines(db, [{ id: claim.company.id, window: { fromEnd: false, limit: 1 } }]);
    assert.deepEqual([oldest?.[0]?.number, await newestLogLine(db, claim.company.id)], [3, mostKept + 2]);
  });

  test('a database that refuses the lines neither fails nor delays an attempt', async () => {
    const claim = await claimOf('refused');
    await store.em.execute('alter table log_line rename to mislaid');
    try {
      using printed = openProvisioningLog({ db, notifier: store.notifier, log }, claim);
      printed.print('print', 'lost', []);
      await printed.close(5_000);
    } finally {
      await store.em.execute('alter table mislaid rename to log_line');
    }
  });

  test('lines wait while the database is unavailable, and are written once', async () => {
    const claim = await claimOf('waits');
    const fates: Fate[] = ['never sent', 'answered', 'never sent', 'answer lost'];
    const failing = faultyDatabase(db, () => fates.shift() ?? 'answered');
    using printed = openProvisioningLog({ db: failing, notifier: store.notifier, log }, claim);
    printed.print('print', 'patience', []);
    await printed.close(30_000);
    assert.equal(fates.length, 0);
    assert.deepEqual(await textsAt(claim.company.id), ['patience']);
  });
});
