import { parseCompanyId } from '../src/company/company-id.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';

/** By hand, since Pothos’s own encodes ids in base64, and a company’s id is the one that people read and write. */
export const NodeInterface = builder.interfaceRef<CompanyRow>('Node').implement({
  description: 'What `node` finds by its id alone (Relay’s global object identification).',
  resolveType: () => 'Company',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Unique among all nodes.' }),
  }),
});

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    description: 'The company with this id, as Relay’s clients fetch it again; null as for `company`.',
    authScopes: { scope: 'companies:read' },
    args: { id: t.arg.id({ required: true, description: 'E.g. `COMP-2026-00001`.' }) },
    resolve: (_root, { id: given }, { viewer, companies }) => {
      const id = parseCompanyId(given);
      return id && companies.find(viewer, id);
    },
  }),
);
