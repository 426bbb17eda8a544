import fc from 'fast-check';
import { stepManners } from './recording-host.ts';
import { mailManners } from './recording-smtp.ts';

/** What befalls everybody from outside while they work. */
const befalls = [
  'leases run out',
  'deadlines pass',
  'tries fall silent',
  'pauses are over',
  'workers shut down',
  'the reconciler looks',
] as const;
export type Injection = (typeof befalls)[number];

/**
 * Everything about a run that is drawn, but the order of answers, which is the scheduler's. Each list is used up one by
 * one; behind its end all is well, so that every run comes to rest and a failure shrinks to the faults that it needs.
 */
export const scenario = fc.record({
  plans: fc.array(
    fc.record({
      draft: fc.boolean(),
      /** Asked for twice at once, under one idempotency key. */
      twice: fc.boolean(),
      moves: fc.array(fc.constantFrom('queue', 'cancel'), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  /** Take-overs are what is most worth trying: a lease that runs out while its worker believes in it, and another who comes. */
  injection: fc.array(
    fc.oneof(fc.constantFrom('leases run out', 'the reconciler looks'), fc.constantFrom(...befalls)),
    { maxLength: 16 },
  ),
  /** Which of the statements, counted in the order in which they are begun, meet a fault. */
  faults: fc.array(fc.tuple(fc.nat(60), fc.constantFrom('answer lost', 'never sent')), { maxLength: 4 }),
  /** By how many each ring is heard. */
  heard: fc.array(fc.nat(2), { maxLength: 12 }),
  /** Which announcements are lost. */
  lost: fc.array(fc.boolean(), { maxLength: 30 }),
  steps: fc.array(fc.constantFrom(...stepManners), { maxLength: 8 }),
  mails: fc.array(fc.constantFrom(...mailManners), { maxLength: 6 }),
});
export type Scenario = typeof scenario extends fc.Arbitrary<infer Drawn> ? Drawn : never;
export type ClientPlan = Scenario['plans'][number];
