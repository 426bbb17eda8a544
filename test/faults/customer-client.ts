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

/** In every password: found in any encoding of it, since it fills whole groups of base64. */
export const canary = 'Zq7"x9&<K';

/** The company that a customer requests, and how they do it. */
export interface CompanyRequest {
  readonly customer: string;
  readonly site: string;
  readonly recipient: string;
  readonly password: string;
  /** The API that receives the request first. */
  readonly firstAsked: number;
  /** Whether the customer watches the company's events from version 0. */
  readonly watches: boolean;
  /** FAILED where the site has another owner. */
  readonly end: 'ACTIVE' | 'FAILED';
}

/** A company that a customer's client has requested, and retries until it has ended as expected. */
export interface RequestedCompany {
  readonly request: CompanyRequest;
  /** Resolves to the company's id once an API has answered. */
  readonly created: Promise<string>;
  /** Resolves once the client has seen it end as expected. */
  readonly ended: Promise<void>;
  /** Every event that was seen, up to this end; undefined when the customer does not watch. */
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

/** Requests a company from the APIs at these addresses. What fails is retried at the next one, until `givenUp` aborts. */
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
      // A cancelled or failed one is requested again; a repeated request reports that it is queued already.
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
  // Callers that await them get the error as well.
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
    // Its own retries would start from the first `sinceVersion` again.
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
      // The connection or the API is gone: the next one continues where this one ended.
    }
    givenUp.removeEventListener('abort', dispose);
    dispose();
    await pause(pauseAfterError);
  }
  return seen;
}
