import type { Parameters } from 'fast-check';

/**
 * How often a property is tried: `usual` times, or as many times that as `PROPERTY_RUNS` says. What fails is told with
 * its seed, and happens again with
 *
 *     PROPERTY_SEED=<seed> node --test test/properties/<file>
 */
export function parameters(usual: number, env = process.env): Parameters<unknown> {
  const { PROPERTY_RUNS: times = '1', PROPERTY_SEED: seed } = env;
  return { numRuns: usual * Number(times), ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
