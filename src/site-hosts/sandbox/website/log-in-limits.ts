import { openPerMinute } from '../../../common/per-minute.ts';
import { openSlots } from '../../../common/slots.ts';
import { BadRequest } from './request.ts';

/** Failed log-ins within a minute, at one site and from one address. */
const mostFailed = { atSite: 20, fromAddress: 60 };
/** Concurrent password hashings: Node has four threads for them, which provisioning needs as well, also for files. */
const atOnce = 2;
/** Log-ins that wait for a thread. */
const mostWaiting = 20;

export interface LogInLimits {
  /** The outcome of a check of credentials at the site; rejects with BadRequest when there were too many, for any user. */
  check(siteName: string, address: string, matches: () => Promise<boolean>): Promise<boolean>;
}

export function openLogInLimits(): LogInLimits {
  const tries = openPerMinute();
  const hashings = openSlots(atOnce);

  return {
    async check(siteName, address, matches) {
      const site = `site ${siteName}`;
      const full = tries.count(address, mostFailed.fromAddress) ?? tries.count(site, mostFailed.atSite);
      if (full !== undefined) throw tooMany(full);
      if (hashings.waiting >= mostWaiting) throw tooMany(1);
      const isRight = await hashings.run(matches);
      if (isRight) for (const key of [address, site]) tries.uncount(key);
      return isRight;
    },
  };
}

const tooMany = (seconds: number): BadRequest =>
  new BadRequest(429, `Too many log-in attempts; try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`, {
    'retry-after': String(seconds),
  });
