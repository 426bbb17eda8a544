import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewer } from '../src/access/viewer.ts';
import { openViewerLimits } from '../src/http/viewer-limits.ts';
import { openRequestCounts } from '../src/quotas/request-counts.ts';

const operator = (subject: string) => viewer(subject, undefined, ['operator']);

test('a process that is full refuses further streams of anybody, until one ends', () => {
  const limits = openViewerLimits(
    () => undefined,
    openRequestCounts(async () => new Map(), assert.fail),
    2,
  );
  const close = limits.openStream(operator('jane'));
  limits.openStream(operator('john'));
  assert.throws(() => limits.openStream(operator('jane')), {
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 10 },
    http: { status: 503, headers: { 'retry-after': '10' } },
  });
  close();
  // Once, however often it is told.
  close();
  limits.openStream(operator('jim'));
  assert.throws(() => limits.openStream(operator('jim')), /as many streams as it can/);
});
