/** Reads of the same thing at the same time are one read: a thousand watchers of a company ask the database once. */
export function sharedRead<Key extends readonly (string | number)[], Result>(
  read: (...key: Key) => Promise<Result>,
): (...key: Key) => Promise<Result> {
  const underWay = new Map<string, Promise<Result>>();
  return (...key) => {
    const name = key.join(' ');
    const shared = underWay.get(name) ?? read(...key).finally(() => underWay.delete(name));
    underWay.set(name, shared);
    return shared;
  };
}
