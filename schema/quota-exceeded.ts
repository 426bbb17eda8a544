import type { CompanyQuota, QuotaExceeded as Exceeded } from '../src/company/quotas.ts';
import { builder } from './builder.ts';
import type { Described } from './described.ts';
import { type Problem, ProblemInterface } from './problem.ts';

const CompanyQuotaEnum = builder.enumType('CompanyQuota', {
  description: 'What is bounded for each customer and each partner.',
  values: {
    COMPANIES_PER_DAY: { description: 'Companies that were created within 24 hours, drafts among them.' },
    COMPANIES_WAITING: { description: 'Companies that are QUEUED at once.' },
  } satisfies Described<CompanyQuota>,
});

export class QuotaExceeded implements Problem {
  readonly message: string;
  readonly exceeded: Exceeded;
  constructor(exceeded: Exceeded) {
    this.exceeded = exceeded;
    const { quota, limit, retryAt, perCustomer } = exceeded;
    const whose = perCustomer ? 'For one customer you' : 'You';
    this.message =
      quota === 'COMPANIES_PER_DAY'
        ? `${whose} may create ${limit} companies within 24 hours; the next one from ${retryAt.toISOString()}.`
        : `${whose} may have ${limit} companies waiting at once; try again when one of them was taken up.`;
  }
}

builder.objectType(QuotaExceeded, {
  name: 'QuotaExceeded',
  isTypeOf: (answer) => answer instanceof QuotaExceeded,
  description:
    'You have as much as you may have for now. A request that is repeated with its idempotency key never gets this once it was met.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    quota: t.field({
      type: CompanyQuotaEnum,
      resolve: ({ exceeded }) => exceeded.quota,
      description: 'What there is enough of.',
    }),
    limit: t.int({ resolve: ({ exceeded }) => exceeded.limit, description: 'How many there may be.' }),
    used: t.int({ resolve: ({ exceeded }) => exceeded.used, description: 'How many there are.' }),
    retryAt: t.field({
      type: 'DateTime',
      resolve: ({ exceeded }) => exceeded.retryAt,
      description: 'When to try again. For COMPANIES_WAITING a guess: it depends on when one is taken up.',
    }),
    perCustomer: t.boolean({
      resolve: ({ exceeded }) => exceeded.perCustomer,
      description: 'True: the quota of the one customer whom you have named; false: your own.',
    }),
  }),
});
