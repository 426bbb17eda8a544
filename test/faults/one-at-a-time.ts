/** Runs what it is given one after the other, in the order in which it was given: two faults never handle one server at once. */
export type OneAtATime = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function oneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    // Whoever asked for it hears of its failure; the next one begins all the same.
    last = done.catch(() => {});
    return done;
  };
}
