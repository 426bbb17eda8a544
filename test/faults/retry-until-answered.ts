import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../src/client/client.ts';
import { within } from '../support/processes.ts';

const answerLimit = 4_000;
export const pauseAfterError = 200;

/**
 * Asks one API after the other until one answers, as whoever needs an answer does. What was asked may have been done
 * although its answer was lost or an error. Rejects once `givenUp` aborts.
 */
export function retryUntilAnswered(clients: readonly Client[], firstAsked: number, givenUp: AbortSignal) {
  return async <Answer>(ask: (client: Client) => Promise<Answer>): Promise<Answer> => {
    for (let turn = firstAsked; ; turn += 1) {
      const client = clients[turn % clients.length];
      if (!client) throw new Error('There is nobody to ask.');
      try {
        return await within(answerLimit, 'an answer', ask(client));
      } catch (error) {
        if (givenUp.aborted) throw new Error('No good answer from any API', { cause: error });
        await pause(pauseAfterError);
      }
    }
  };
}
