import type { CompanyQuota, QuotaExceeded as Exceeded } from '../src/company/quotas.ts';
import { builder, type Described } from './builder.ts';
import { type Problem, ProblemInterface } from './problem.ts';

const CompanyQuotaEnum = builder.enumType('CompanyQuota', {
  description: 'A limit for each customer and each partner.',
  values: {
    COMPANIES_PER_DAY: { description: 'Companies created within 24 hours, including drafts.' },
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
        : `${whose} may have ${limit} companies waiting at once; try again when a worker has claimed one of them.`;
  }
}

builder.objectType(QuotaExceeded, {
  name: 'QuotaExceeded',
  isTypeOf: (answer) => answer instanceof QuotaExceeded,
  description:
    'You have reached a limit. A request that succeeded before and is repeated with its idempotency key never gets this.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    quota: t.field({
      type: CompanyQuotaEnum,
      resolve: ({ exceeded }) => exceeded.quota,
      description: 'The limit that was reached.',
    }),
    limit: t.int({ resolve: ({ exceeded }) => exceeded.limit, description: 'How many are allowed.' }),
    used: t.int({ resolve: ({ exceeded }) => exceeded.used, description: 'How many exist.' }),
    retryAt: t.field({
      type: 'DateTime',
      resolve: ({ exceeded }) => exceeded.retryAt,
      description:
        'When to try again. An estimate for COMPANIES_WAITING, since it depends on when a worker claims one.',
    }),
    perCustomer: t.boolean({
      resolve: ({ exceeded }) => exceeded.perCustomer,
      description: 'True for the limit of the customer whom you have named; false for your own.',
    }),
  }),
});
