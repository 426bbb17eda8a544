import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description:
    'A time in UTC, to the millisecond: `2026-11-22T15:04:05.678Z` (RFC 3339). As an argument it may have an offset instead: `2026-11-22T16:04:05+01:00`.',
  serialize: (moment) => new Date(moment).toISOString(),
  parseValue(value) {
    const moment = typeof value === 'string' ? parseMoment(value) : undefined;
    // No GraphQLError: the library says of any other where the value is.
    if (!moment) throw new TypeError('Give a time such as 2026-11-22T15:04:05Z.');
    return moment;
  },
});

const dateTime = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The moment that a time of RFC 3339 names; undefined for anything else, and for days that no month has. */
function parseMoment(text: string): Date | undefined {
  const [, day] = dateTime.exec(text) ?? [];
  const midnight = new Date(`${day}T00:00:00Z`);
  if (day === undefined || Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day))
    return undefined;
  return new Date(text);
}
