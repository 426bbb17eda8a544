import type { Row } from './rounds.ts';
import type { Service } from './service.ts';

/** A column of a line's table. */
export interface Column {
  readonly key: string;
  readonly title: string;
  /** Whether its ratios to the reference say something. */
  readonly isCompared: boolean;
}

/** What one line of the benchmark has measured. */
export interface Result {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** How much is measured; quick runs fit into two minutes together. */
export interface Extent {
  /** Watchers of a line with many of them. */
  readonly watchers: number;
  /** Rounds in which each contestant is measured once, with servers of its own. */
  readonly rounds: number;
  /** Events that each watched server sends in a round, and before it to warm up. */
  readonly events: number;
  readonly warmUpEvents: number;
  /** Events of a round with one watcher. */
  readonly singleEvents: number;
  /** How often the servers of requests are started anew, and in how many rounds they are measured then. */
  readonly generations: number;
  readonly slices: number;
  /** Of requests, in milliseconds: before the first slice, and each slice. */
  readonly warmUp: number;
  readonly slice: number;
  /** Companies that are picked up, one after the other and all at once. */
  readonly companies: number;
}

export const fullExtent: Extent = {
  watchers: 5_000,
  rounds: 5,
  events: 10,
  warmUpEvents: 5,
  singleEvents: 300,
  generations: 3,
  slices: 3,
  warmUp: 4_000,
  slice: 2_000,
  companies: 100,
};

export const quickExtent: Extent = {
  watchers: 500,
  rounds: 2,
  events: 10,
  warmUpEvents: 5,
  singleEvents: 100,
  generations: 1,
  slices: 3,
  warmUp: 700,
  slice: 400,
  companies: 30,
};

/** What a line needs to be measured. */
export interface Surroundings {
  readonly service: Service;
  readonly extent: Extent;
}

/** One line of the benchmark: contestants that do the same work. */
export interface Line {
  /** What `--only` names. */
  readonly key: string;
  measure(surroundings: Surroundings): Promise<Result>;
}
