import type { ServerResponse } from 'node:http';

/** A limit on requests, and how many are left of it until the end of the minute. */
export interface RequestRate {
  readonly limit: number;
  readonly left: number;
  readonly secondsLeft: number;
}

/** What the caller has left, as draft-ietf-httpapi-ratelimit-headers-11 writes it. */
export const rateLimitFields = ({ limit, left, secondsLeft }: RequestRate) => ({
  'ratelimit-policy': `"requests";q=${limit};w=60`,
  ratelimit: `"requests";r=${left};t=${secondsLeft}`,
});

/** Nothing for callers without a limit. */
export function setRateLimitFields(response: ServerResponse, rate: RequestRate | undefined): void {
  if (!rate) return;
  for (const [name, value] of Object.entries(rateLimitFields(rate))) response.setHeader(name, value);
}
