/** A company's id as customers see it: `COMP-<year>-<number, five digits or more>`, e.g. `COMP-2026-00001`. */
export type CompanyId = string & { readonly __brand: 'CompanyId' };

const pattern = /^COMP-\d{4}-\d{5,18}$/;

/** The id that `text` spells; undefined when it is not one: an impossible id is simply not found. */
export const parseCompanyId = (text: string): CompanyId | undefined =>
  pattern.test(text) ? (text as CompanyId) : undefined;
