import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { openClient, type StatusChange } from '../../src/client/client.ts';
import {
  CancelProvisioningDocument,
  CompanyStatusChangedDocument,
  type CompanyStatusChangedSubscription,
  ProvisionCompanyDocument,
} from '../../src/client/operations.ts';
import { addressOf, tokenOf } from '../support/processes.ts';
import { createCompany, readCompany, requestFor } from '../support/test-service.ts';
import { pauseAfterError, retryUntilAnswered } from './retry-until-answered.ts';

/** In every password: as text, and whatever it is encoded as, since it fills whole groups of base64. */
export const canary = 'Zq7"x9&<K';

/** What a customer asks for, and how. */
export interface CompanyRequest {
  readonly customer: string;
  readonly site: string;
  readonly recipient: string;
  readonly password: string;
  /** Which of the APIs he asks first. */
  readonly firstAsked: number;
  /** Whether he watches the company's events from version 0. */
  readonly watches: boolean;
  /** FAILED where somebody else has the site. */
  readonly end: 'ACTIVE' | 'FAILED';
}

/** A company that a customer's portal asked for, and goes on asking for until it is as it is to end. */
export interface RequestedCompany {
  readonly request: CompanyRequest;
  /** Resolves to the company's id once an API has answered. */
  readonly created: Promise<string>;
  /** Resolves once the portal has seen it as it is to end. */
  readonly ended: Promise<void>;
  /** Every event that was seen, up to this end; undefined when nobody watches. */
  readonly watched: Promise<readonly StatusChange[]> | undefined;
  /** Cancels it, if it waits or works just now. */
  cancel(): Promise<void>;
}

/** The customer's site is called as the customer is, unless another one is given. */
export const requestFrom = (
  customer: string,
  {
    site = `${customer}.localhost`,
    end = 'ACTIVE',
    ...how
  }: Pick<CompanyRequest, 'firstAsked' | 'watches'> & Partial<CompanyRequest>,
): CompanyRequest => ({
  ...how,
  customer,
  site,
  end,
  recipient: addressOf(customer),
  password: `${canary}${customer}`,
});

const pauseBetweenLooks = 500;

/** Orders a company from APIs at these addresses. Whatever fails is asked again at the next one, until `givenUp` aborts. */
export async function requestCompany(
  urls: readonly string[],
  request: CompanyRequest,
  givenUp: AbortSignal,
): Promise<RequestedCompany> {
  const token = await tokenOf(request.customer, 'customer');
  const clients = urls.map((url) => openClient(url, token));
  const surely = retryUntilAnswered(clients, request.firstAsked, givenUp);
  const input = requestFor(request.site, { adminPassword: request.password, idempotencyKey: request.customer });
  const created = surely((client) => createCompany(client, input)).then(({ id }) => id);

  const untilEnd = async (): Promise<void> => {
    const companyId = await created;
    for (;;) {
      const { status } = await surely((client) => readCompany(client, companyId));
      if (status === request.end) return;
      // A cancelled or failed one is asked for again; asked twice, the second time answers that it is queued already.
      if (status === 'FAILED' || status === 'DRAFT')
        await surely((client) => client.execute(ProvisionCompanyDocument, { companyId }));
      await pause(pauseBetweenLooks, undefined, { signal: givenUp });
    }
  };

  const requested: RequestedCompany = {
    request,
    created,
    ended: untilEnd(),
    watched: request.watches ? created.then((id) => watchUntil(request.end, urls, token, id, givenUp)) : undefined,
    async cancel() {
      const companyId = await created;
      await surely((client) => client.execute(CancelProvisioningDocument, { companyId }));
    },
  };
  // Whoever awaits them gets the error as well.
  for (const promise of [requested.created, requested.ended, requested.watched]) promise?.catch(() => {});
  return requested;
}

/** Watches at one API after the other, from the last version that was seen. */
async function watchUntil(
  end: CompanyRequest['end'],
  urls: readonly string[],
  token: string,
  companyId: string,
  givenUp: AbortSignal,
): Promise<readonly StatusChange[]> {
  const seen: StatusChange[] = [];
  for (let turn = 0; seen.at(-1)?.status !== end; turn += 1) {
    givenUp.throwIfAborted();
    // Its own retries would ask for the first `sinceVersion` again.
    const client = createClient({
      url: urls[turn % urls.length] ?? '',
      headers: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const dispose = (): void => client.dispose();
    givenUp.addEventListener('abort', dispose);
    try {
      const changes = client.iterate<CompanyStatusChangedSubscription>({
        query: CompanyStatusChangedDocument.toString(),
        variables: { companyId, sinceVersion: seen.at(-1)?.version ?? 0 },
      });
      for await (const { data } of changes) if (data) seen.push(data.companyStatusChanged);
    } catch {
      // The connection or the API is gone: the next one goes on where this one ended.
    }
    givenUp.removeEventListener('abort', dispose);
    dispose();
    await pause(pauseAfterError);
  }
  return seen;
}
