import { type ResolveCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import type { Window } from '../src/company/find-pages.ts';
import { badArgument } from './refusal.ts';

/** The page size by default, and at most. */
const page = { defaultSize: 20, maxSize: 100 };

/** PostgreSQL's largest integer: versions have no larger one, and as many companies would need centuries. */
const largestInteger = 2_147_483_647;

/** Relay's arguments of one page, as far as they are checked here. */
interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/** A page of a list that is ordered by a rising number, which is its cursor and never above `largest`. */
export const resolvePage = <Item>(
  args: PageArguments,
  cursorOf: (item: Item) => string | number | bigint,
  find: (window: Window) => Promise<Item[]>,
  largest = largestInteger,
) =>
  resolveCursorConnection(
    { ...page, args: checked(args), toCursor: (item: Item) => String(cursorOf(item)) },
    ({ after, before, limit, inverted }: ResolveCursorConnectionArgs) =>
      find({
        after: cursorNumber('after', after, largest),
        before: cursorNumber('before', before, largest),
        fromEnd: inverted,
        limit,
      }),
  );

/** The number in a cursor of ours; anything else is refused instead of starting from the beginning. */
export function cursorNumber(argument: string, cursor: string | undefined, largest: number): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,16}$/.test(cursor) || Number(cursor) > largest)
    throw badArgument(argument, 'This is not a cursor of this list.');
  return Number(cursor);
}

/** A list costs what it selects of each item, times the requested items. */
export const pageComplexity = ({ first, last }: { first?: number | null; last?: number | null }) => ({
  field: 1,
  multiplier: Math.min(Math.max(first ?? last ?? page.defaultSize, 1), page.maxSize),
});

/** Relay's arguments, checked where the library would fail without saying which one is wrong. */
function checked(args: PageArguments): PageArguments {
  for (const argument of ['first', 'last'] as const) {
    if ((args[argument] ?? 0) < 0) throw badArgument(argument, 'Must be 0 or more.');
  }
  return args;
}
