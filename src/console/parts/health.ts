import type { Company } from './watched-company.ts';
import { duration, since } from './words.ts';

/** How a company is doing, in one sentence. */
export function healthSentence({ status, health, steps, failure, ...company }: Company): string {
  const running = steps.find(({ state }) => state === 'RUNNING');
  if (status === 'DRAFT') return 'Saved as a draft: nothing happens until its site is asked for.';
  if (status === 'FAILED') {
    const failed = steps.find(({ name }) => name === failure?.step)?.title;
    return failure?.reason === 'CANCELLED'
      ? 'The last attempt was cancelled.'
      : `The last attempt failed${failed ? `: ${failed}` : ''}.`;
  }
  if (status === 'ACTIVE') {
    const took = timeTaken(company);
    return `The site was created and verified${took === undefined ? '' : ` in ${took}`}.`;
  }
  if (health?.state === 'STALLED')
    return `${health.reason ?? 'No worker is working on it.'} Stalled for ${since(health.since)}.`;
  if (health?.state === 'RETRYING') {
    const wait = health.nextTryAt ? Date.parse(health.nextTryAt) - Date.now() : 0;
    return `${running?.title ?? 'A step'} met an error and is tried again${wait > 500 ? ` in ${duration(wait)}` : ''}: ${health.reason ?? ''}`;
  }
  if (status === 'QUEUED' || health?.state === 'WAITING_FOR_WORKER') {
    return health ? `Waiting for a free worker for ${since(health.since)}.` : 'Waiting for a free worker.';
  }
  return running?.startedAt ? `${running.title}, for ${since(running.startedAt)}.` : 'A worker is working on it.';
}

function timeTaken({
  provisioningStartedAt: start,
  provisioningCompletedAt: end,
}: Pick<Company, 'provisioningStartedAt' | 'provisioningCompletedAt'>): string | undefined {
  return start && end ? duration(Date.parse(end) - Date.parse(start)) : undefined;
}
