import { type Range, rangeOf } from './figures.ts';

/** What one measurement of one contestant gave: a figure for each column. */
export type Sample<Column extends string = string> = Readonly<Record<Column, number>>;

/** A server that is measured beside others. */
export interface Contestant<Column extends string> {
  readonly name: string;
  measure(): Promise<Sample<Column>>;
}

/** A contestant's figures over all rounds, and their ratios to the reference's in the same round. */
export interface Row<Column extends string = string> {
  readonly name: string;
  readonly figures: Readonly<Record<Column, Range>>;
  readonly ratios: Readonly<Record<Column, Range>>;
}

/**
 * Measures every contestant once in each round, in alternating order, so that whatever else the machine does meets all of
 * them. The first contestant is the reference.
 */
export async function compare<Column extends string>(
  contestants: readonly Contestant<Column>[],
  rounds: number,
): Promise<Row<Column>[]> {
  const samples = new Map<string, Sample<Column>[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const { name, measure } of round % 2 === 0 ? contestants : contestants.toReversed())
      samples.get(name)?.push(await measure());
  return rowsOf(samples);
}

/** The rows of samples that were taken in rounds; the first contestant is the reference. */
export function rowsOf<Column extends string>(samples: ReadonlyMap<string, readonly Sample<Column>[]>): Row<Column>[] {
  const [reference = []] = samples.values();
  return [...samples].map(([name, own]) => ({
    name,
    figures: byColumn(own, (sample, column) => sample[column]),
    ratios: byColumn(own, (sample, column, round) => sample[column] / (reference[round]?.[column] ?? Number.NaN)),
  }));
}

function byColumn<Column extends string>(
  samples: readonly Sample<Column>[],
  figure: (sample: Sample<Column>, column: Column, round: number) => number,
): Record<Column, Range> {
  const columns = Object.keys(samples[0] ?? {}) as Column[]; // a sample has these alone
  return Object.fromEntries(
    columns.map((column) => [column, rangeOf(samples.map((sample, round) => figure(sample, column, round)))]),
  ) as Record<Column, Range>;
}
