import * as fc from 'fast-check';
import { companyFaults } from './company-nemesis.ts';
import { type Fault, inARush, whichever } from './nemesis.ts';
import { postgresFaults } from './postgres-nemesis.ts';
import { programFaults } from './program-nemesis.ts';
import { redisFaults } from './redis-nemesis.ts';
import { secondDeployment } from './second-deployment.ts';
import { webhookFaults } from './webhook-nemesis.ts';

/** When and how a customer orders. */
export interface PlannedRequest {
  /** Milliseconds after the schedule's start. */
  readonly at: number;
  readonly firstAsked: number;
  readonly watches: boolean;
}

/** What happens at which time. A seed is a schedule: the same one in every run. */
export interface Schedule {
  readonly seed: number;
  readonly requests: readonly PlannedRequest[];
  readonly faults: readonly Fault[];
}

const request: fc.Arbitrary<PlannedRequest> = fc.record({
  at: inARush,
  firstAsked: whichever,
  watches: fc.boolean(),
});

/** Without the bias that fast-check has for smallest and largest values: no time and no company is likelier than another. */
const happenings = fc.noBias(
  fc.record({
    requests: fc.array(request, { minLength: 24, maxLength: 40, size: 'max' }),
    faults: fc.array(
      fc.oneof(...redisFaults, ...postgresFaults, ...programFaults, ...companyFaults, secondDeployment),
      {
        minLength: 6,
        maxLength: 14,
        size: 'max',
      },
    ),
    webhookFaults: fc.array(fc.oneof(...webhookFaults), { minLength: 2, maxLength: 5, size: 'max' }),
  }),
);

export function scheduleOf(seed: number): Schedule {
  const [sample] = fc.sample(happenings, { seed, numRuns: 1 });
  if (!sample) throw new Error('fast-check gave no sample.');
  const { requests, faults, webhookFaults: more } = sample;
  return { seed, requests, faults: [...faults, ...more] };
}

/** The seeds of a run's schedules. */
export const schedulesOf = (seed: number, count: number): readonly number[] =>
  fc.sample(fc.noBias(fc.integer({ min: 1, max: 999_999_999 })), { seed, numRuns: count });

/** Companies and no fault: how the cluster is when nothing goes wrong. */
export const calm: Schedule = {
  seed: 0,
  requests: Array.from({ length: 8 }, (_, index) => ({ at: 100 * index, firstAsked: index, watches: true })),
  faults: [],
};

/** The schedule with only these of its faults, counted from 1. */
export const withFaults = (schedule: Schedule, numbers: readonly number[]): Schedule => ({
  ...schedule,
  faults: schedule.faults.filter((_fault, index) => numbers.includes(index + 1)),
});
