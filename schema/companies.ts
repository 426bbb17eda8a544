import { longestExternalReference, longestIdempotencyKey } from '../src/company/company-request.ts';
import { type CompanySearch, countCompanies, findCompanies, mostLookedThrough } from '../src/company/list-companies.ts';
import { parseMailAddress } from '../src/company/mail-address.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { columnsOf } from './company-columns.ts';
import { CompanyStatusEnum } from './company-status.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { badArgument } from './refusal.ts';

const most = mostLookedThrough.toLocaleString('en-US');

const CompanyFilterInput = builder.inputType('CompanyFilter', {
  description: `The companies to list; omitted criteria are ignored. Whatever is combined with \`externalReference\` or \`customerEmail\`, other than a status or a time, is looked for in the newest ${most} companies that those list.`,
  fields: (t) => ({
    status: t.field({ type: [CompanyStatusEnum], description: 'Only companies with one of these statuses.' }),
    text: t.string({
      description: `Only companies with this text in their name, abbreviation, id, site name or admin e-mail, ignoring case. Up to 140 characters. A text without three letters or digits in a row is looked for in the newest ${most} of the companies that the other criteria list.`,
    }),
    externalReference: t.string({
      description: `Only companies that you created with exactly this reference; for operators, that anybody created with it. Up to ${longestExternalReference} characters.`,
    }),
    customerEmail: t.string({
      description:
        'Only companies with this address to mail: one plain address (RFC 5321), whose domain may be in any case.',
    }),
    idempotencyKey: t.string({
      description: `Only the company that you created with this key. Up to ${longestIdempotencyKey} characters.`,
    }),
    createdAfter: t.field({ type: 'DateTime', description: 'Only companies created at this time or later.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Only companies created before this time.' }),
  }),
});

type CompanyFilter = typeof CompanyFilterInput.$inferInput;

/** Throws Refusal for what no company can have. */
function searchBy(filter: CompanyFilter | null | undefined): CompanySearch {
  const { status, externalReference, customerEmail, idempotencyKey, createdAfter, createdBefore } = filter ?? {};
  const text = filter?.text?.trim();
  if (text && text.length > 140) throw badArgument('filter.text', 'Shorten the text to 140 characters.');
  const address = customerEmail == null ? undefined : parseMailAddress(customerEmail);
  if (customerEmail != null && address === undefined)
    throw badArgument('filter.customerEmail', 'Write one plain mail address, such as jane@example.com.');
  return {
    statuses: status ?? undefined,
    text,
    customerEmail: address,
    externalReference: exact('filter.externalReference', externalReference, longestExternalReference),
    idempotencyKey: exact('filter.idempotencyKey', idempotencyKey, longestIdempotencyKey),
    createdAfter: createdAfter ?? undefined,
    createdBefore: createdBefore ?? undefined,
  };
}

function exact(field: string, text: string | null | undefined, longest: number): string | undefined {
  if (text == null) return undefined;
  if (text.length > 2 * longest) throw badArgument(field, `Shorten it to ${longest} characters.`);
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw badArgument(field, 'Leave control characters and line breaks out.');
  return text;
}

builder.queryField('companies', (t) =>
  t.connection(
    {
      type: CompanyObject,
      description:
        'The companies that you created and those that were created for you (see `Company`), newest first; at most 100 per page.',
      complexity: pageComplexity,
      authScopes: { scope: 'companies:read' },
      args: { filter: t.arg({ type: CompanyFilterInput, description: 'The companies to list; all by default.' }) },
      resolve: async (_root, { filter, ...args }, { db, viewer }, info) => {
        const search = searchBy(filter);
        const columns = columnsOf(info, 'edges', 'node');
        const page = await resolvePage(
          args,
          ({ position }: CompanyRow) => position,
          (window) => findCompanies(db, viewer, search, window, columns),
        );
        let counted: ReturnType<typeof countCompanies> | undefined;
        const count = () => {
          counted ??= countCompanies(db, viewer, search);
          return counted;
        };
        return { ...page, count };
      },
    },
    {
      name: 'CompanyConnection',
      fields: (connection) => ({
        totalCount: connection.int({
          complexity: counting,
          resolve: async ({ count }) => (await count()).count,
          description: `The number of companies on all pages, counted among the newest ${most} that the filter’s status, customer, reference and time list: at most ${most}.`,
        }),
        totalCountIsExact: connection.boolean({
          complexity: counting,
          resolve: async ({ count }) => (await count()).isExact,
          description: 'False when there may be more than `totalCount`, since not all companies were counted.',
        }),
      }),
    },
    { name: 'CompanyEdge' },
  ),
);

/** A count reads as many lines of an index as a hundred pages have; the connection multiplies this by its page. */
const counting = 50;
