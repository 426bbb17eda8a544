/**
 * Reads of the same thing that begin together are one read: a thousand watchers that one message wakes query the database
 * once. Later callers start a new read: they may have been woken by a change that the read under way began too early to see.
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
    // Runs once everything that the present message woke has run.
    process.nextTick(() => beginning.delete(name));
    return result;
  };
}
