/** Sleeps until somebody rings or a time is over. A ring while nobody sleeps is kept: the next sleep ends at once. */
export function wake(): { ring(): void; rung(atMost: number): Promise<void> } {
  let ringing = false;
  let wakeUp: (() => void) | undefined;
  return {
    ring() {
      ringing = true;
      wakeUp?.();
    },
    async rung(atMost) {
      if (!ringing) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, atMost);
        wakeUp = resolve;
        await promise;
        clearTimeout(timer);
        wakeUp = undefined;
      }
      ringing = false;
    },
  };
}
