import { percentile } from '../faults/report.ts';

/** The smallest, the middle and the largest of some figures. */
export interface Range {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function rangeOf(figures: readonly number[]): Range {
  const sorted = ascending(figures);
  return { min: sorted[0] ?? Number.NaN, median: percentile(sorted, 0.5), max: sorted.at(-1) ?? Number.NaN };
}

export const median = (figures: readonly number[]): number => percentile(ascending(figures), 0.5);

export const ascending = (figures: readonly number[]): number[] => figures.toSorted((one, other) => one - other);
