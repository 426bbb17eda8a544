/** Runs work strictly in the order of the calls: two faults never handle one server at once. */
export type OneAtATime = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function oneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    // The caller gets its failure; the next one begins all the same.
    last = done.catch(() => {});
    return done;
  };
}
