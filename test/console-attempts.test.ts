// What the console's company page makes of a company's events.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptsOf, type CompanyEvent } from '../src/console/parts/attempts.ts';

let version = 0;
const event = (
  kind: CompanyEvent['kind'],
  status: CompanyEvent['status'],
  step: string | null = null,
): CompanyEvent => {
  version += 1;
  const occurredAt = new Date(Date.UTC(2026, 0, 1, 0, 0, version)).toISOString();
  return { version, kind, status, step, reason: null, progress: 0, message: '', occurredAt };
};
const second = (number: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString();

const events = [
  event('CREATED', 'DRAFT'),
  event('QUEUED', 'QUEUED'),
  event('CLAIMED', 'PROVISIONING'),
  event('STEP_STARTED', 'PROVISIONING', 'create-site'),
  event('STEP_COMPLETED', 'PROVISIONING', 'create-site'),
  event('STEP_STARTED', 'PROVISIONING', 'install-app:erpnext'),
  event('STEP_RETRYING', 'PROVISIONING', 'install-app:erpnext'),
  event('FAILED', 'FAILED', 'install-app:erpnext'),
  event('QUEUED', 'QUEUED'),
  event('CORRECTED', 'QUEUED'),
];

test('a company’s events are told apart by attempts, and a draft’s belong to none', () => {
  const attempts = attemptsOf(events);
  assert.deepEqual(
    attempts.map((attempt) => [attempt.number, attempt.events.map((one) => one.version)]),
    [
      [1, [2, 3, 4, 5, 6, 7, 8]],
      [2, [9, 10]],
    ],
  );
});

test('an attempt has its times, and each step from its start to its end', () => {
  const [first, latest] = attemptsOf(events);
  assert.deepEqual([first?.queuedAt, first?.startedAt, first?.endedAt], [second(2), second(3), second(8)]);
  assert.deepEqual(first?.steps, [
    { name: 'create-site', startedAt: second(4), endedAt: second(5), state: 'DONE', retries: 0 },
    { name: 'install-app:erpnext', startedAt: second(6), endedAt: second(8), state: 'FAILED', retries: 1 },
  ]);
  assert.deepEqual([latest?.startedAt, latest?.endedAt, latest?.steps], [undefined, undefined, []]);
});
