export interface WakeUp {
  notify(): void;
  /** Resolves at the next notification, at once if there was one since the last wait, or after `atMost` milliseconds. */
  wait(atMost: number): Promise<void>;
}

export function openWakeUp(): WakeUp {
  let isNotified = false;
  let wake: (() => void) | undefined;
  return {
    notify() {
      isNotified = true;
      wake?.();
    },
    async wait(atMost) {
      if (!isNotified) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, atMost);
        wake = resolve;
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      isNotified = false;
    },
  };
}
