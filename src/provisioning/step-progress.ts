const shortestPause = 1_000;

/** Writes a step's progress: whole percentages, never backwards, at most one a second. */
export function stepProgress(write: (percent: number) => Promise<void>): {
  report(percent: number): void;
  close(): Promise<void>;
} {
  let newest = 0;
  let written = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const flush = (): void => {
    timer = undefined;
    if (newest <= written) return;
    written = newest;
    // A stale token or an unavailable database shows at the step's end as well; progress alone stops nothing.
    writing = write(written).catch(() => {});
  };

  return {
    report(percent) {
      if (!(percent > newest)) return;
      newest = Math.min(99, Math.floor(percent));
      timer ??= setTimeout(flush, shortestPause);
    },
    async close() {
      clearTimeout(timer);
      await writing;
    },
  };
}
