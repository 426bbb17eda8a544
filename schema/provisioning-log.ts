import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import { parseCompanyId } from '../src/company/company-id.ts';
import { findLogLines, type LogLineRow, newestLogLine } from '../src/company/find-log-lines.ts';
import type { PageSearch } from '../src/company/find-pages.ts';
import { isFinal } from '../src/company/status.ts';
import { isOwnedBy } from '../src/company/visibility.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { reads } from './company-columns.ts';
import type { SchemaContext } from './context.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { recordReading } from './record-reading.ts';
import { badArgument, notFound } from './refusal.ts';

const ProvisioningLogLineObject = builder.objectRef<LogLineRow>('ProvisioningLogLine').implement({
  description: 'One line that the site host printed while it worked on a company’s site, without secrets.',
  authScopes: { ownToken: true },
  fields: (t) => ({
    number: t.exposeInt('number', {
      description: 'Rises by one from line to line, over all attempts; pass it as `sinceLine` to resume after it.',
    }),
    attempt: t.exposeInt('attempt', { description: 'The attempt in which it was printed.' }),
    step: t.exposeString('step', { description: 'The name of the step that printed it: `install-app:erpnext`.' }),
    text: t.exposeString('text', {
      description:
        'At most 4,000 characters, without control characters; `[secret]` in place of a secret. In place of a longer line, and of lines beyond what is kept, a remark in parentheses.',
    }),
    writtenAt: t.expose('written_at', {
      type: 'DateTime',
      description: 'When it was stored, by the database’s clock.',
    }),
  }),
});

const logsOf = createContextCache(
  ({ db }: SchemaContext) =>
    new DataLoader<PageSearch, LogLineRow[]>((searches) => findLogLines(db, searches), { cache: false }),
);

builder.objectField(CompanyObject, 'log', (t) =>
  t.connection(
    {
      type: ProvisioningLogLineObject,
      nullable: true,
      description:
        'What the site host printed in the company’s attempts, oldest first; at most 100 lines per page. The newest 5,000 lines are kept; of each worker’s part of an attempt, the first 2,000 lines (200,000 characters) and the last 200. For operators and those who created the company; null for everybody else and for stream tokens.',
      complexity: pageComplexity,
      authScopes: (company, _args, { viewer }) => isOwnedBy(viewer, company) && { ownToken: true },
      unauthorizedResolver: () => null,
      extensions: reads('id', 'created_by'),
      resolve: (company, args, context) => {
        recordReading(context, 'READ_LOG', company);
        return resolvePage(
          args,
          ({ number }: LogLineRow) => number,
          (window) => logsOf(context).load({ id: company.id, window }),
        );
      },
    },
    { name: 'ProvisioningLogConnection' },
    { name: 'ProvisioningLogEdge' },
  ),
);

builder.subscriptionField('provisioningLog', (t) =>
  t.field({
    type: ProvisioningLogLineObject,
    description:
      'What the site host prints while it works on a company’s site, line by line, without gaps or duplicates; first the lines that are kept (see `Company.log`). Completes when the company is ACTIVE or FAILED and all lines were sent; ends with an error when your token expires. Counts as an open stream. For operators and those who created the company, but not for stream tokens.',
    authScopes: { $all: { ownToken: true, scope: 'companies:read' } },
    args: {
      companyId: t.arg.id({ required: true, description: 'The company whose log to read.' }),
      sinceLine: t.arg.int({
        description: 'The number of the last line you have seen; with it nothing is missed after a lost connection.',
      }),
    },
    subscribe: async (_root, { companyId, sinceLine }, context) => {
      const { db, companies, logs, viewer, position } = context;
      const id = parseCompanyId(companyId);
      const company = id && (await companies.find(viewer, id));
      if (!company || !isOwnedBy(viewer, company)) throw notFound('companyId');
      const newest = await newestLogLine(db, company.id);
      const since = Math.max(position.seen ?? 0, sinceLine ?? 0);
      if ((sinceLine ?? 0) < 0 || since > newest) {
        throw badArgument('sinceLine', `Give a number from 0 to ${newest}, that of the newest line.`);
      }
      recordReading(context, 'READ_LOG', company);
      position.atEnd = isFinal(company.status) && since === newest;
      position.idOf = (line: LogLineRow) => String(line.number);
      return logs.read(company.id, since, viewer.until);
    },
    resolve: (line) => line,
  }),
);
