/** What a terminal sends reaches us twice under npm, which passes it on: within this time, in milliseconds, it is the same key. */
const sameKey = 500;

/** Calls `stop` at the first SIGINT or SIGTERM; the next one ends the process at once. */
export function onStopSignal(stop: () => void): void {
  let firstAt: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      process.stderr.write(`${signal}: closing; once more to end at once.\n`);
      stop();
    } else if (performance.now() - firstAt > sameKey) process.exit(1);
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
}
