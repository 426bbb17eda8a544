/** The longest that a timer can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** Calls `due` at a time, in milliseconds since 1970, however far ahead; never for Infinity. Returns a function that ends the wait. */
export function callAt(time: number, due: () => void): () => void {
  if (time === Number.POSITIVE_INFINITY) return () => {};
  const wait = (): NodeJS.Timeout =>
    setTimeout(
      () => {
        if (Date.now() >= time) due();
        else timer = wait();
      },
      Math.min(time - Date.now(), longestTimer),
    );
  let timer = wait();
  return () => clearTimeout(timer);
}
