import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description: 'A time in UTC, to the millisecond: `2026-11-22T15:04:05.678Z` (RFC 3339).',
  serialize: (moment) => new Date(moment).toISOString(),
  parseValue: () => {
    throw new Error('No argument takes a DateTime.');
  },
});
