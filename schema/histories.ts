import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import { type CompanyEventRow, findEventsOfMany } from '../src/company/find-companies.ts';
import type { PageSearch } from '../src/company/find-pages.ts';
import type { SchemaContext } from './context.ts';

/**
 * Reads the histories that an operation selects of many companies, each with its own window, together. Nothing is
 * remembered: a mutation may change what a later field of its operation reads.
 */
export const historiesOf = createContextCache(
  ({ db }: SchemaContext) =>
    new DataLoader<PageSearch, CompanyEventRow[]>((searches) => findEventsOfMany(db, searches), { cache: false }),
);
