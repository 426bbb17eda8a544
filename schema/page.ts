import type { ResolveCursorConnectionArgs } from '@pothos/plugin-relay';
import type { Window } from '../src/company/find-companies.ts';
import { badArgument } from './refusal.ts';

/** How many of a listing are answered when nothing is asked, and at most. */
export const page = { defaultSize: 20, maxSize: 100 };

/** PostgreSQL's largest integer: versions have no larger one, and as many companies would need centuries. */
const largestInteger = 2_147_483_647;

/** The window that a client asks for by Relay's arguments; no cursor of the listing is above `largest`. */
export const windowOf = (
  { after, before, limit, inverted }: ResolveCursorConnectionArgs,
  largest = largestInteger,
): Window => ({
  after: cursorNumber('after', after, largest),
  before: cursorNumber('before', before, largest),
  fromEnd: inverted,
  limit,
});

/** What a cursor of ours says; anything else is told, and not taken for the beginning. */
function cursorNumber(argument: string, cursor: string | undefined, largest: number): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,16}$/.test(cursor) || Number(cursor) > largest)
    throw badArgument(argument, 'This is not a cursor of this listing.');
  return Number(cursor);
}

/** A listing costs what it selects of each line, times the lines that are asked for. */
export const pageComplexity = ({ first, last }: { first?: number | null; last?: number | null }) => ({
  field: 1,
  multiplier: Math.min(Math.max(first ?? last ?? page.defaultSize, 1), page.maxSize),
});

/** Relay's arguments, checked where the library would fail without saying which one is wrong. */
export function pageArguments<Args extends { first?: number | null; last?: number | null }>(args: Args): Args {
  for (const argument of ['first', 'last'] as const) {
    if ((args[argument] ?? 0) < 0) throw badArgument(argument, 'Ask for 0 or more.');
  }
  return args;
}
