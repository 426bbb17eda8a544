import { setTimeout as pause } from 'node:timers/promises';
import { openClient } from '../../src/client/client.ts';
import { ResendMailDocument, ServiceStatusDocument } from '../../src/client/operations.ts';
import { tokenOf } from '../support/processes.ts';
import { retryUntilAnswered } from './retry-until-answered.ts';

const pauseBetweenLooks = 1_000;

/** The corrected address of a customer whose own was refused. */
export const correctedAddressOf = (recipient: string): string => `corrected-${recipient}`;

/** Until `over` aborts, the operator resends permanently refused mails to the corrected address. */
export async function sendRefusedMails(urls: readonly string[], over: AbortSignal): Promise<void> {
  const token = await tokenOf('olga', 'operator');
  const clients = urls.map((url) => openClient(url, token));
  const surely = retryUntilAnswered(clients, 0, over);
  while (!over.aborted) {
    try {
      const { serviceStatus } = await surely((client) => client.execute(ServiceStatusDocument, { first: 100 }));
      for (const { node: mail } of serviceStatus?.undeliveredMails.edges ?? []) {
        if (mail.state !== 'REFUSED' || !mail.company) continue;
        const right = { mailId: mail.id, recipient: correctedAddressOf(mail.company.customerEmail) };
        await surely((client) => client.execute(ResendMailDocument, right));
      }
      await pause(pauseBetweenLooks, undefined, { signal: over });
    } catch (error) {
      if (!over.aborted) throw error;
    }
  }
}
