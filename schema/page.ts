import type { ResolveCursorConnectionArgs } from '@pothos/plugin-relay';
import type { Window } from '../src/company/find-companies.ts';
import { badArgument } from './problems.ts';

/** How many of a listing are answered when nothing is asked, and at most. */
export const page = { defaultSize: 20, maxSize: 100 };

/** The window that a client asks for by Relay's arguments. */
export const windowOf = ({ after, before, limit, inverted }: ResolveCursorConnectionArgs): Window => ({
  after: cursorNumber('after', after),
  before: cursorNumber('before', before),
  fromEnd: inverted,
  limit,
});

/** What a cursor of ours says; anything else is told, and not taken for the beginning. */
function cursorNumber(argument: string, cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,15}$/.test(cursor)) throw badArgument(argument, 'This is not a cursor of this listing.');
  return Number(cursor);
}
