import { type FieldNode, type GraphQLResolveInfo, isObjectType, Kind, type SelectionNode } from 'graphql';
import type { CompanyColumn } from '../src/company/tables.ts';

/** For the extensions of a field of `Company` whose resolver reads these columns alone. One that exposes a column needs none. */
export const reads = (...columns: readonly CompanyColumn[]): { readonly columns: readonly CompanyColumn[] } => ({
  columns,
});

/** For whether the viewer may see the company, its place in a list, and the sentence of a mutation that succeeded. */
const always = ['id', 'position', 'created_by', 'customer_email', 'status', 'site_name'] as const;

const columnsByField = new WeakMap<FieldNode, readonly CompanyColumn[] | undefined>();

/**
 * The columns of the companies that a field selects, at `path` below it; undefined for all of them. A cached document is looked
 * through once.
 */
export function columnsOf(info: GraphQLResolveInfo, ...path: readonly string[]): readonly CompanyColumn[] | undefined {
  const [field, ...merged] = info.fieldNodes;
  if (!field || merged.length > 0) return undefined;
  if (!columnsByField.has(field)) columnsByField.set(field, findColumns(field, info, path));
  return columnsByField.get(field);
}

function findColumns(
  field: FieldNode,
  { schema, fragments }: GraphQLResolveInfo,
  path: readonly string[],
): readonly CompanyColumn[] | undefined {
  /** Whatever a directive skips counts as well. */
  const selectedBy = ({ selectionSet }: Pick<FieldNode, 'selectionSet'>): readonly FieldNode[] =>
    (selectionSet?.selections ?? []).flatMap((selection: SelectionNode): readonly FieldNode[] => {
      if (selection.kind === Kind.FIELD) return [selection];
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
      return fragment ? selectedBy(fragment) : [];
    });
  let selected = selectedBy(field);
  for (const step of path) selected = selected.filter(({ name }) => name.value === step).flatMap(selectedBy);

  const company = schema.getType('Company');
  const fields = isObjectType(company) ? company.getFields() : {};
  const columns = new Set<CompanyColumn>(always);
  for (const { name } of selected) {
    if (name.value === '__typename') continue;
    const read = columnsIn(fields[name.value]?.extensions);
    if (!read) return undefined;
    for (const column of read) columns.add(column);
  }
  return [...columns].toSorted();
}

/** Pothos says which column a field exposes. */
function columnsIn(extensions: Readonly<Record<string, unknown>> = {}): readonly CompanyColumn[] | undefined {
  const { pothosExposedField: exposed, columns } = extensions;
  // Casts: `reads` has written them, and a company's row is what is exposed.
  if (typeof exposed === 'string') return [exposed as CompanyColumn];
  return columns as readonly CompanyColumn[] | undefined;
}
