/**
 * Reads of the same thing that begin together are one read: a thousand watchers that one message wakes ask the database
 * once. Whoever comes after that reads anew, since he may have heard of something that a read under way began before.
 */
export function sharedRead<Key extends readonly (string | number)[], Result>(
  read: (...key: Key) => Promise<Result>,
): (...key: Key) => Promise<Result> {
  const beginning = new Map<string, Promise<Result>>();
  return (...key) => {
    const name = key.join(' ');
    const begun = beginning.get(name);
    if (begun) return begun;
    const result = read(...key);
    beginning.set(name, result);
    // Runs once everything that the present message woke has had its turn.
    process.nextTick(() => beginning.delete(name));
    return result;
  };
}
