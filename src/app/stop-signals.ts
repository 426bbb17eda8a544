/** Under npm, a terminal's signal arrives twice, since npm forwards it: within this time, in milliseconds, it is the same key press. */
const sameKey = 500;

/** Calls `stop` at the first SIGINT or SIGTERM; the next one exits at once. */
export function onStopSignal(stop: () => void): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      process.stderr.write(`${signal}: shutting down (send again to exit immediately).\n`);
      stop();
    } else if (performance.now() - firstAt > sameKey) process.exit(1);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
