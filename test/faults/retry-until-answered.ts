import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../src/client/client.ts';
import { within } from '../support/processes.ts';

const answerLimit = 4_000;
export const pauseAfterError = 200;

/**
 * Sends a request to one API after the other until one responds, as clients do. It may have been carried out although its
 * response was lost or an error. Rejects once `givenUp` aborts.
 */
export function retryUntilAnswered(clients: readonly Client[], firstAsked: number, givenUp: AbortSignal) {
  return async <Answer>(ask: (client: Client) => Promise<Answer>): Promise<Answer> => {
    for (let turn = firstAsked; ; turn += 1) {
      const client = clients[turn % clients.length];
      if (!client) throw new Error('There are no APIs.');
      try {
        return await within(answerLimit, 'an answer', ask(client));
      } catch (error) {
        if (givenUp.aborted) throw new Error('No good answer from any API', { cause: error });
        await pause(pauseAfterError);
      }
    }
  };
}
