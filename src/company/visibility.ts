import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Requester } from './requester.ts';
import type { CompanyRow, Tables } from './tables.ts';

/** Whether a requester may change a company: their own, or any for an operator. */
export const isOwnedBy = (requester: Requester, company: Pick<CompanyRow, 'created_by'>): boolean =>
  requester.seesAll || company.created_by === requester.owner;

/** Whether a company exists for a requester: what they may change, and what somebody else has created for them. */
export const isVisibleTo = (
  requester: Requester,
  company: Pick<CompanyRow, 'created_by' | 'customer_email'>,
): boolean =>
  isOwnedBy(requester, company) ||
  (requester.verifiedEmail !== undefined && company.customer_email === requester.verifiedEmail);

const company = expressionBuilder<Tables, 'company'>();

type Conditions = readonly Expression<SqlBool>[];

/** `isOwnedBy` for statements: the conditions of a company. */
export const ownBy = (requester: Requester): Conditions =>
  requester.seesAll ? [] : [company('created_by', '=', requester.owner)];

/**
 * `isVisibleTo` for statements: a company is visible when all conditions of any of these lists hold. An index serves each list; a
 * company may be in more than one.
 */
export const visibleTo = (requester: Requester): readonly Conditions[] => [
  ownBy(requester),
  ...(requester.seesAll || requester.verifiedEmail === undefined
    ? []
    : [[company('customer_email', '=', requester.verifiedEmail)]]),
];
