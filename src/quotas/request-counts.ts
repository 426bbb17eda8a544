/** Counts the requests of each owner within a minute, by all processes together. */
export interface RequestCounts {
  /** Counts so many more; false, and none of them, where the owner would have sent more than `limit` within this minute. */
  count(owner: string, limit: number, more: number): boolean;
  /** How many this process knows of within this minute. */
  used(owner: string): number;
  /** How many there are at all processes, as far as that can be read. */
  total(owner: string): Promise<number>;
  /** When the minute ends, in seconds from now: 1 to 60. */
  secondsLeft(): number;
}

/** Adds to the counts that all processes share, and returns what each of them is then; none while they cannot be shared. */
export type AddUp = (minute: number, counts: ReadonlyMap<string, number>) => Promise<ReadonlyMap<string, number>>;

const minuteLength = 60_000;
/** How long a request may be counted in this process alone, in milliseconds. */
const pause = 250;
/** At most this part of a limit is counted here before the others learn of it, and this process of theirs. */
const largestPart = 1 / 20;

/**
 * No request waits for the shared counts: each is counted here, and the counts are added up a few times a second, sooner for
 * whoever sends many. So processes may together exceed a limit by what arrives in the meantime; while the counts cannot be
 * shared, each process allows the limit for itself. What was sent is never sent again, since it may have been counted.
 */
export function openRequestCounts(addUp: AddUp, onError: (error: Error) => void): RequestCounts {
  let minute = 0;
  let counts = new Map<string, number>();
  let unsent = new Map<string, number>();
  let isSending = false;
  let isUrgent = false;
  let timer: NodeJS.Timeout | undefined;

  function startMinute(): void {
    const now = Math.floor(Date.now() / minuteLength);
    if (now === minute) return;
    minute = now;
    counts = new Map();
    unsent = new Map();
  }

  /** The requests that are counted there, and those that were not sent there. */
  const withUnsent = (owner: string, shared = 0): number =>
    Math.max(counts.get(owner) ?? 0, shared + (unsent.get(owner) ?? 0));
  const report = (error: unknown): void => onError(error instanceof Error ? error : new Error(String(error)));

  async function send(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const [sentIn, sent] = [minute, unsent];
    unsent = new Map();
    isUrgent = false;
    isSending = true;
    try {
      const totals = await addUp(sentIn, sent);
      if (sentIn === minute) for (const [owner, total] of totals) counts.set(owner, withUnsent(owner, total));
    } catch (error) {
      report(error);
    }
    isSending = false;
    sendSoon();
  }

  function sendSoon(): void {
    if (isSending || unsent.size === 0) return;
    if (isUrgent) void send();
    else timer ??= setTimeout(send, pause).unref();
  }

  return {
    count(owner, limit, more) {
      startMinute();
      const known = counts.get(owner);
      if ((known ?? 0) + more > limit) return false;
      const here = (unsent.get(owner) ?? 0) + more;
      counts.set(owner, (known ?? 0) + more);
      unsent.set(owner, here);
      if (known === undefined || here >= limit * largestPart) isUrgent = true;
      sendSoon();
      return true;
    },
    used(owner) {
      startMinute();
      return counts.get(owner) ?? 0;
    },
    async total(owner) {
      startMinute();
      const totals = await addUp(minute, new Map([[owner, 0]])).catch(report);
      return withUnsent(owner, totals?.get(owner));
    },
    secondsLeft: () => Math.ceil((minuteLength - (Date.now() % minuteLength)) / 1_000),
  };
}
