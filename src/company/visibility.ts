import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Requester } from './requester.ts';
import type { CompanyRow, Tables } from './tables.ts';

/** Whether a company exists for this requester: their own, or any for an operator. */
export const isVisibleTo = (requester: Requester, company: Pick<CompanyRow, 'created_by'>): boolean =>
  requester.seesAll || company.created_by === requester.owner;

const company = expressionBuilder<Tables, 'company'>();

type Conditions = readonly Expression<SqlBool>[];

/** For statements: the companies that the requester created; all of them for an operator. */
export const ownBy = (requester: Requester): Conditions =>
  requester.seesAll ? [] : [company('created_by', '=', requester.owner)];

/** `isVisibleTo` for statements: a company is visible when all conditions of any of these lists hold. An index serves each list. */
export const visibleTo = (requester: Requester): readonly Conditions[] => [ownBy(requester)];
