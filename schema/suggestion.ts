/** ` Did you mean “domain”?` for `domian`: the option that a few slips of the keyboard lead to, or nothing. */
export function suggestion(written: string, options: readonly string[]): string {
  if (written.length > longestName) return '';
  const most = Math.floor(written.length * 0.4) + 1;
  const [best] = options
    .map((option) => ({ option, slips: slipsBetween(written.toLowerCase(), option.toLowerCase()) }))
    .filter(({ slips }) => slips <= most)
    .toSorted((one, other) => one.slips - other.slips);
  return best ? ` Did you mean "${best.option}"?` : '';
}

/** No name of the schema is longer, and each comparison costs the product of both lengths. */
const longestName = 40;

/** Letters inserted, left out or changed, and neighbours swapped (optimal string alignment). */
function slipsBetween(one: string, other: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = next;
  }
  return last[other.length] ?? 0;
}
