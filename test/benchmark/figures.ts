/** The smallest, the middle and the largest of some figures. */
export interface Range {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export const rangeOf = (figures: readonly number[]): Range => ({
  min: Math.min(...figures),
  median: median(figures),
  max: Math.max(...figures),
});

/** The middle one, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = ascending(figures);
  const [below = Number.NaN, above = below] = sorted.slice(
    Math.ceil(sorted.length / 2) - 1,
    Math.floor(sorted.length / 2) + 1,
  );
  return (below + above) / 2;
}

export const ascending = (figures: readonly number[]): number[] => figures.toSorted((one, other) => one - other);
