/** Work that follows what is typed. */
export interface Debounced {
  /** Does it once nothing has been asked for a moment; aborts what was begun before. */
  soon(): void;
  stop(): void;
}

/** `work` is called `pause` milliseconds after the last call of `soon`; its signal is aborted by the next one. */
export function debounced(pause: number, work: (signal: AbortSignal) => Promise<void>): Debounced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = new AbortController();
  const stop = (): void => {
    clearTimeout(timer);
    running.abort();
  };
  return {
    soon() {
      stop();
      running = new AbortController();
      timer = setTimeout(work, pause, running.signal);
    },
    stop,
  };
}
