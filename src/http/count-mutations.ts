import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

/** How many mutations an operation of a valid document asks for, whether or not a directive leaves some out. */
export function countMutations(
  { definitions }: DocumentNode,
  { operation, selectionSet }: OperationDefinitionNode,
): number {
  if (operation !== 'mutation') return 0;
  const fragments = new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
    ),
  );
  /** Each is counted once: fragments that contain others twice would take forever. */
  const counted = new Map<SelectionSetNode, number>();
  const count = (set: SelectionSetNode): number => {
    const known = counted.get(set);
    if (known !== undefined) return known;
    const counts = set.selections.map((selection) => {
      if (selection.kind === Kind.FIELD) return 1;
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value);
      return inner ? count(inner) : 0;
    });
    const sum = counts.reduce((one, other) => one + other, 0);
    counted.set(set, sum);
    return sum;
  };
  return count(selectionSet);
}
