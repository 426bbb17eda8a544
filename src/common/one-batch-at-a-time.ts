/** Loads values by their keys: one batch at a time, and what is asked for meanwhile together in the next one. */
export function oneBatchAtATime<Key, Value>(
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  let waiting: { readonly key: Key; readonly answer: PromiseWithResolvers<Value | undefined> }[] = [];
  let isLoading = false;

  async function loadAll(): Promise<void> {
    isLoading = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const values = await load(batch.map(({ key }) => key));
        for (const { key, answer } of batch) answer.resolve(values.get(key));
      } catch (error) {
        for (const { answer } of batch) answer.reject(error);
      }
    }
    isLoading = false;
  }

  return (key) => {
    const answer = Promise.withResolvers<Value | undefined>();
    waiting.push({ key, answer });
    if (!isLoading) void loadAll();
    return answer.promise;
  };
}
