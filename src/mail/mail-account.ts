import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';

/** Whether our own account at the mail server works. While it does not, one mail at a time probes whether it does again. */
export interface MailAccount {
  /** Undefined while no mail may be sent; dispose of it after the attempt. */
  beginAttempt(): Disposable | undefined;
  worked(): void;
  /** Returns how long no other mail is sent, in seconds. */
  failed(fault: string): number;
}

const firstPause = 5;
const longestPause = 60;

export function openMailAccount(metrics: Metrics, log: Log): MailAccount {
  let failures = 0;
  let nextTry = 0;
  let isProbing = false;
  const probe = {
    [Symbol.dispose]() {
      isProbing = false;
    },
  };
  return {
    beginAttempt() {
      if (failures === 0) return noProbe;
      if (isProbing || performance.now() < nextTry) return undefined;
      isProbing = true;
      return probe;
    },
    worked() {
      if (failures > 0) log.info('the mail account works again');
      failures = 0;
      metrics.mailAccount(true);
    },
    failed(fault) {
      if (failures === 0)
        log.error({ err: fault }, 'the mail account does not work, so all mails wait; check SMTP_URL');
      metrics.mailAccount(false);
      failures += 1;
      const pause = Math.min(firstPause * 2 ** (failures - 1), longestPause);
      nextTry = performance.now() + pause * 1_000;
      return pause;
    },
  };
}

const noProbe = { [Symbol.dispose]() {} };
