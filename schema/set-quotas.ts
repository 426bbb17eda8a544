import { quotas } from '../src/company/quota-limits.ts';
import { overrideQuotas } from '../src/quotas/quota-overrides.ts';
import { builder } from './builder.ts';
import { OwnerInput, ownerFrom, whichOwner } from './owner.ts';
import { meanings, QuotasObject, readQuotas } from './quotas.ts';
import { ValidationError } from './validation-error.ts';

const largestLimit = 1_000_000;

const SetQuotasInput = builder.inputType('SetQuotasInput', {
  description: `The limits to set: 1 to ${largestLimit}; null returns to the service’s usual one, and what is left out stays.`,
  fields: (t) => ({
    requestsPerMinute: t.int({ description: meanings.requestsPerMinute }),
    companiesPerDay: t.int({ description: meanings.companiesPerDay }),
    companiesWaiting: t.int({ description: meanings.companiesWaiting }),
    attemptsAtOnce: t.int({ description: meanings.attemptsAtOnce }),
    streams: t.int({ description: meanings.streams }),
  }),
});

class SetQuotasSuccess {
  readonly message = 'Every process keeps to these limits within a few seconds.';
  readonly quotas: typeof QuotasObject.$inferType;
  constructor(now: typeof QuotasObject.$inferType) {
    this.quotas = now;
  }
}

builder.objectType(SetQuotasSuccess, {
  name: 'SetQuotasSuccess',
  description: 'The limits are set.',
  isTypeOf: (answer) => answer instanceof SetQuotasSuccess,
  authScopes: { operator: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    quotas: t.field({ type: QuotasObject, resolve: (success) => success.quotas, description: 'The limits now.' }),
  }),
});

const SetQuotasResult = builder.unionType('SetQuotasResult', {
  description: 'The limits, or the reason why none was changed.',
  types: [SetQuotasSuccess, ValidationError],
});

builder.mutationField('setQuotas', (t) =>
  t.field({
    type: SetQuotasResult,
    description:
      'Sets limits of one owner in place of the configured ones, in every process and without a restart. What is beyond a lowered limit already stays. For operators.',
    authScopes: { operator: true },
    args: {
      owner: t.arg({ type: OwnerInput, required: true, description: 'Whose limits.' }),
      input: t.arg({ type: SetQuotasInput, required: true, description: 'The limits to set.' }),
    },
    resolve: async (_root, { owner: given, input }, context) => {
      const { db, viewer, act, quotas: configured } = context;
      const owner = ownerFrom(given, viewer);
      const wrong = quotas.filter((quota) => !isLimit(input[quota]));
      if (owner === undefined || wrong.length > 0)
        return new ValidationError([
          ...(owner === undefined ? [{ field: 'owner', code: 'INVALID_FORMAT' as const, message: whichOwner }] : []),
          ...wrong.map((field) => ({ field, code: 'INVALID_FORMAT' as const, message: `Give 1 to ${largestLimit}.` })),
        ]);
      await overrideQuotas(db, owner, input, act);
      return new SetQuotasSuccess(await readQuotas(context, owner, configured.partner));
    },
  }),
);

/** Or none is given. */
const isLimit = (limit: number | null | undefined): boolean => limit == null || (limit >= 1 && limit <= largestLimit);
