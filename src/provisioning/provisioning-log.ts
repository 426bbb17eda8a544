import { stripVTControlCharacters } from 'node:util';
import { newestLogLine } from '../company/find-log-lines.ts';
import type { Notifier } from '../company/notifier.ts';
import type { Db } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import type { Log } from '../observability/log.ts';
import { scrubLines } from '../secrets/scrub.ts';
import { appendLogLines, type LogLine } from './append-log-lines.ts';
import type { Claim } from './lease.ts';

/**
 * What the site host prints while a worker holds a claim. Lines are written together, a few times a second; the attempt waits
 * for none of them before its end, and does not fail when they cannot be written.
 */
export interface ProvisioningLog extends Disposable {
  /** Takes a line as the host has printed it; `secrets` are those that it may contain, or a later line. */
  print(step: string, line: string, secrets: readonly string[]): void;
  /** Writes what is left and takes no more; gives up after so many milliseconds. */
  close(limit: number): Promise<void>;
}

/** What is kept of a claim: its first lines, and beyond these bounds its newest. */
export const mostFirst = { lines: 2_000, characters: 200_000 };
export const mostNewest = { lines: 200, characters: 50_000 };
/** In characters. A longer line is not kept: cutting it could cut a secret beyond recognition. */
export const longestLine = 4_000;
/** In milliseconds: between two writes, and after one that failed. */
const pause = { written: 250, failed: 1_000 };

export function openProvisioningLog(
  { db, notifier, log }: { readonly db: Db; readonly notifier: Notifier; readonly log: Log },
  claim: Claim,
): ProvisioningLog {
  const { id } = claim.company;
  const secrets = new Set<string>();
  /** Accepted, and not written yet. */
  const waiting: LogLine[] = [];
  const newest: LogLine[] = [];
  const room = { ...mostFirst };
  let newestLength = 0;
  let leftOut = 0;
  /** The last written line and its number: a secret may continue on the next one. */
  let last = '';
  let number: number | undefined;
  let isQuiet = true;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const keep = (line: LogLine): void => {
    if (leftOut === 0 && newest.length === 0 && room.lines > 0 && room.characters >= line.text.length) {
      room.lines -= 1;
      room.characters -= line.text.length;
      waiting.push(plain(line));
      return;
    }
    newest.push(line);
    newestLength += line.text.length;
    while (newest.length > mostNewest.lines || newestLength > mostNewest.characters) {
      newestLength -= newest.shift()?.text.length ?? 0;
      leftOut += 1;
    }
  };

  /** Those that follow the written ones are looked at as well, for a secret that continues there. */
  const write = async (count: number): Promise<void> => {
    number ??= await newestLogLine(db, id);
    const [, ...clean] = scrubLines([last, ...waiting.map(({ text }) => text)], secrets);
    const lines = waiting.slice(0, count).map(({ step }, index) => ({ step, text: clean[index] ?? '' }));
    const isOurs = await appendLogLines(db, claim, number, lines);
    number += count;
    last = waiting[count - 1]?.text ?? '';
    waiting.splice(0, count);
    if (isOurs) notifier.logged(id);
    else isClosed = true;
  };

  /** The newest line waits until another one follows it, or none has come for a while. */
  const writeSome = async (): Promise<void> => {
    const count = isQuiet ? waiting.length : waiting.length - 1;
    isQuiet = true;
    if (count > 0) await write(count);
  };
  const schedule = (after: number): void => {
    if (isClosed || timer || writing || waiting.length === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      let next = pause.written;
      writing = writeSome()
        .catch((error: unknown) => {
          next = pause.failed;
          log.warn({ err: String(error), lines: waiting.length }, 'log lines could not be written, retrying');
        })
        .finally(() => {
          writing = undefined;
          schedule(next);
        });
    }, after);
  };
  const stop = (): void => {
    isClosed = true;
    clearTimeout(timer);
  };

  return {
    print(step, line, known) {
      if (isClosed) return;
      for (const secret of known) secrets.add(visible(secret));
      keep({ step, text: line.length > longestLine ? `(more than ${longestLine} characters on one line)` : line });
      isQuiet = false;
      schedule(pause.written);
    },
    async close(limit) {
      stop();
      if (leftOut > 0) waiting.push({ step: newest[0]?.step ?? '', text: `(${leftOut} lines left out)` });
      waiting.push(...newest.splice(0).map(plain));
      leftOut = 0;
      const signal = AbortSignal.timeout(limit);
      const written = Promise.resolve(writing).then(() =>
        retryWhileUnavailable(async () => waiting.length > 0 && write(waiting.length), signal),
      );
      await Promise.race([written, rejection(signal)]).catch((error: unknown) => {
        log.warn({ err: String(error), lines: waiting.length }, 'log lines are lost');
      });
    },
    [Symbol.dispose]: stop,
  };
}

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

const plain = ({ step, text }: LogLine): LogLine => ({ step, text: visible(text) });

/** Text without what terminals obey and nobody sees. */
const visible = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll('\t', ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .toWellFormed();
