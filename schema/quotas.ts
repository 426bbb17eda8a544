import { type Quota, type QuotaLimits, quotas } from '../src/company/quota-limits.ts';
import { nameOfOwner, type OwnerName } from '../src/company/requester.ts';
import { countCompaniesOf, findOverrides } from '../src/quotas/quota-overrides.ts';
import { builder } from './builder.ts';
import type { SchemaContext } from './context.ts';
import { OwnerInput, OwnerObject, ownerFrom, whichOwner } from './owner.ts';
import { badArgument } from './refusal.ts';

interface UsedQuota {
  readonly limit: number;
  readonly used: number;
  readonly isOverridden: boolean;
}
type OwnersQuotas = Readonly<Record<Quota, UsedQuota>> & { readonly owner: OwnerName };

const QuotaObject = builder.objectRef<UsedQuota>('Quota').implement({
  description: 'A limit, and how much of it is used.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'How many are allowed.' }),
    used: t.exposeInt('used', {
      description: 'How many count at present. More than `limit` where the limit was lowered afterwards.',
    }),
    isOverridden: t.exposeBoolean('isOverridden', {
      description: 'Whether an operator has set this limit; otherwise it is the service’s usual one.',
    }),
  }),
});

/** What each limit bounds. */
export const meanings: Readonly<Record<Quota, string>> = {
  requestsPerMinute:
    'Requests within a minute, and operations of a WebSocket. One with several mutations counts as so many.',
  companiesPerDay: 'Companies created within 24 hours, including drafts.',
  companiesWaiting: 'Companies that are QUEUED at once.',
  attemptsAtOnce: 'Companies that are PROVISIONING at once. Others wait; nothing is refused.',
  streams: 'Streams that are open at once, in each process of the service; `used` counts those of one process.',
};

export const QuotasObject = builder.objectRef<OwnersQuotas>('Quotas').implement({
  description: 'The limits of one owner, and how much of each is used.',
  authScopes: { signedIn: true },
  fields: (t) => {
    const quota = (name: Quota) =>
      t.field({ type: QuotaObject, resolve: (owners) => owners[name], description: meanings[name] });
    return {
      owner: t.field({ type: OwnerObject, resolve: ({ owner }) => owner, description: 'Whose limits they are.' }),
      requestsPerMinute: quota('requestsPerMinute'),
      companiesPerDay: quota('companiesPerDay'),
      companiesWaiting: quota('companiesWaiting'),
      attemptsAtOnce: quota('attemptsAtOnce'),
      streams: quota('streams'),
    };
  },
});

/** An owner's quotas as they are now, where these limits are configured for them. */
export async function readQuotas(
  { db, usage }: SchemaContext,
  owner: string,
  configured: QuotaLimits,
): Promise<OwnersQuotas> {
  const [overrides, companies, requestsPerMinute] = await Promise.all([
    findOverrides(db, [owner]),
    countCompaniesOf(db, owner),
    usage.requestsOf(owner),
  ]);
  const used = { ...companies, requestsPerMinute, streams: usage.streamsOf(owner) };
  const quotaOf = (quota: Quota): UsedQuota => {
    const override = overrides.get(owner)?.[quota];
    return { limit: override ?? configured[quota], used: used[quota], isOverridden: override !== undefined };
  };
  // Cast: these are all there are.
  const all = Object.fromEntries(quotas.map((quota) => [quota, quotaOf(quota)])) as Record<Quota, UsedQuota>;
  return { ...all, owner: nameOfOwner(owner) };
}

/** As a list of so many lines: it counts a day's companies, which may be thousands. */
const counting = 2_000;

builder.queryField('quotas', (t) =>
  t.field({
    type: QuotasObject,
    description:
      'The limits of your tenant or subject, and how much of each is used. Operators see everybody’s, and have no limits themselves but `attemptsAtOnce`.',
    authScopes: { scope: 'companies:read' },
    complexity: counting,
    args: {
      owner: t.arg({
        type: OwnerInput,
        description:
          'For operators: whose; of a subject who is a customer, the usual limits that are shown are a partner’s. By default your own.',
      }),
    },
    resolve: (_root, { owner: given }, context) => {
      const { viewer, quotas: configured } = context;
      const owner = given ? ownerFrom(given, viewer) : viewer.owner;
      if (owner === undefined) throw badArgument('owner', whichOwner);
      return readQuotas(context, owner, viewer.namesCustomers ? configured.partner : configured.customer);
    },
  }),
);
