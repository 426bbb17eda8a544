import type { CreateCompanyInput } from '../operations.ts';

/** What has been entered of a new company; empty text for what has not. */
export interface CompanyForm {
  readonly companyName: string;
  readonly companyAbbr: string;
  readonly domain: string;
  readonly country: string;
  readonly defaultCurrency: string;
  readonly timeZone: string;
  readonly apps: readonly string[];
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly customerEmail: string;
  readonly externalReference: string;
  readonly locale: string;
}

export type FormField = keyof CompanyForm;

export const emptyForm: CompanyForm = {
  companyName: '',
  companyAbbr: '',
  domain: '',
  country: '',
  defaultCurrency: '',
  timeZone: '',
  apps: [],
  adminEmail: '',
  adminPassword: '',
  customerEmail: '',
  externalReference: '',
  locale: '',
};

/** What is optional and was left empty is left out. */
export function inputOf(form: CompanyForm): CreateCompanyInput {
  const { apps, timeZone, customerEmail, externalReference, locale, ...required } = form;
  return {
    ...required,
    apps: [...apps],
    ...(timeZone ? { timeZone } : {}),
    ...(customerEmail ? { customerEmail } : {}),
    ...(externalReference ? { externalReference } : {}),
    ...(locale ? { locale } : {}),
  };
}

/** An abbreviation to begin with: the initials of several words, or the beginning of one. */
export function suggestAbbr(companyName: string): string {
  const words = wordsOf(companyName);
  const [first = ''] = words;
  return (words.length > 1 ? words.map(([initial]) => initial).join('') : first.slice(0, 4)).toUpperCase().slice(0, 10);
}

/** A domain to begin with, below `suffix`; empty for a name without any letter that fits. */
export function suggestDomain(companyName: string, suffix: string): string {
  const label = wordsOf(companyName).join('-').slice(0, 40).replace(/-$/, '').toLowerCase();
  return label ? `${label}.${suffix}` : '';
}

/** The country that was entered by its name or its code. */
export function countryNamed<Country extends { readonly name: string; readonly code: string }>(
  entered: string,
  countries: readonly Country[] = [],
): Country | undefined {
  const text = entered.trim().toLowerCase();
  return countries.find(({ name, code }) => [name.toLowerCase(), code.toLowerCase()].includes(text));
}

/** The words in letters from A to Z and digits: “Müller & Söhne” are Muller and Sohne. */
const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
