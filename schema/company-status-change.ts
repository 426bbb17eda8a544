import { parseCompanyId } from '../src/company/company-id.ts';
import type { CompanyEventRow } from '../src/company/find-companies.ts';
import type { Requester } from '../src/company/requester.ts';
import { isFinal } from '../src/company/status.ts';
import { isOwnedBy } from '../src/company/visibility.ts';
import type { CompanyReader } from '../src/live/company-reader.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { columnsOf, reads } from './company-columns.ts';
import { CompanyEventKindEnum } from './company-event-kind.ts';
import { CompanyStatusEnum, SiteStatusEnum } from './company-status.ts';
import { historiesOf } from './histories.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { FailureReasonEnum } from './provisioning.ts';
import { badArgument, notFound } from './refusal.ts';

export const CompanyStatusChangeObject = builder.objectRef<CompanyEventRow>('CompanyStatusChange');

CompanyStatusChangeObject.implement({
  description:
    'One event of a company: a change of status, a step’s start or end, or progress within a step. Versions are 1, 2, 3 … without gaps.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    version: t.exposeInt('version', {
      description: 'The number of this event; pass it as `sinceVersion` to resume after it.',
    }),
    status: t.field({
      type: CompanyStatusEnum,
      resolve: ({ status }) => status,
      description: 'The company’s status at this event.',
    }),
    siteStatus: t.field({
      type: SiteStatusEnum,
      resolve: ({ site_status }) => site_status,
      description: 'The site’s state at this event.',
    }),
    kind: t.field({
      type: CompanyEventKindEnum,
      resolve: ({ kind }) => kind,
      description: 'What happened; programs decide by this, never by `message`.',
    }),
    step: t.exposeString('step', {
      nullable: true,
      description: 'The name of the step that the event is about; null when it is about the whole attempt.',
    }),
    reason: t.field({
      type: FailureReasonEnum,
      nullable: true,
      resolve: ({ reason }) => reason,
      description: 'Why the attempt failed; null unless `kind` is FAILED.',
    }),
    progress: t.exposeInt('progress', { description: 'The progress of the attempt at this event, 0 to 100 percent.' }),
    message: t.exposeString('message', { description: 'One sentence in English for people; its wording may change.' }),
    occurredAt: t.expose('occurred_at', {
      type: 'DateTime',
      description: 'When it happened, by the database’s clock.',
    }),
    company: t.field({
      type: CompanyObject,
      async resolve({ company_id: id }, _args, { companies }, info) {
        const company = await companies.get(id, columnsOf(info));
        if (!company) throw notFound('company');
        return company;
      },
      description: 'The company as it is now, possibly after later events; NOT_FOUND when it was deleted meanwhile.',
    }),
  }),
});

builder.objectField(CompanyObject, 'history', (t) =>
  t.connection(
    {
      type: CompanyStatusChangeObject,
      description: 'Every event of the company, oldest first; at most 100 per page.',
      complexity: pageComplexity,
      extensions: reads('id'),
      resolve: ({ id }, args, context) =>
        resolvePage(
          args,
          ({ version }: CompanyEventRow) => version,
          (window) => historiesOf(context).load({ id, window }),
        ),
    },
    { name: 'CompanyStatusChangeConnection' },
    { name: 'CompanyStatusChangeEdge' },
  ),
);

/** A customer sees a company by the address that it is mailed at. Once that is corrected to another one, the company exists for them no longer. */
function whileVisible(
  events: AsyncIterableIterator<CompanyEventRow>,
  requester: Requester,
  companies: CompanyReader,
): AsyncIterableIterator<CompanyEventRow> {
  return {
    async next() {
      const result = await events.next();
      const isUncertain = result.done !== true && result.value.kind === 'ADDRESS_CORRECTED';
      if (!isUncertain || (await companies.find(requester, result.value.company_id))) return result;
      await events.return?.();
      throw notFound('companyId');
    },
    return: async () => (await events.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

builder.subscriptionField('companyStatusChanged', (t) =>
  t.field({
    type: CompanyStatusChangeObject,
    description:
      'A company’s events as they happen, without gaps or duplicates. The first event is the present state; with `sinceVersion`, all events after that version come first. Completes at ACTIVE or FAILED; ends with an error when your token expires. Clients that cannot send headers get a token for the address from `createStreamToken`.',
    authScopes: { scope: 'companies:read' },
    args: {
      companyId: t.arg.id({ required: true, description: 'The company to watch.' }),
      sinceVersion: t.arg.int({
        description:
          'The last version you have seen, or 0 for all events; with it nothing is missed after a lost connection.',
      }),
    },
    subscribe: async (_root, { companyId, sinceVersion: asked }, { companies, streams, viewer, position }) => {
      const id = parseCompanyId(companyId);
      const isOpen = viewer.onlyStreamOf === undefined || viewer.onlyStreamOf === id;
      const company = isOpen && id && (await companies.find(viewer, id));
      if (!company) throw notFound('companyId');
      const sinceVersion = position.seen === undefined ? asked : Math.max(position.seen, asked ?? 0);
      if (sinceVersion != null && (sinceVersion < 0 || sinceVersion > company.version)) {
        throw badArgument('sinceVersion', `Give a version from 0 to ${company.version}, the company's newest.`);
      }
      position.atEnd = isFinal(company.status) && sinceVersion === company.version;
      position.idOf = ({ version }: CompanyEventRow) => String(version);
      const events = streams.watch(company, sinceVersion ?? company.version - 1, viewer.until);
      return isOwnedBy(viewer, company) ? events : whileVisible(events, viewer, companies);
    },
    resolve: (event) => event,
  }),
);
