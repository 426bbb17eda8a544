import { createClient } from 'graphql-sse';
import {
  CompanyStatusChangedDocument,
  type CompanyStatusChangedSubscription,
  ProvisioningLogDocument,
  type ProvisioningLogSubscription,
  type TypedDocumentString,
} from './operations.ts';

/** The API as a frontend or a portal uses it. */
export interface Client {
  /** Runs a query or a mutation; rejects with the messages when GraphQL answers with errors. */
  execute<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result>;
  /** A company's events over Server-Sent Events; after a lost connection give the last version as `sinceVersion`. */
  watch(companyId: string, sinceVersion?: number): AsyncIterableIterator<StatusChange>;
  /** The lines of a company's log over Server-Sent Events; after a lost connection give the last number as `sinceLine`. */
  readLog(companyId: string, sinceLine?: number): AsyncIterableIterator<LogLine>;
}

export type StatusChange = CompanyStatusChangedSubscription['companyStatusChanged'];
export type LogLine = ProvisioningLogSubscription['provisioningLog'];

/** A client of the API at `url`, with a viewer's token. */
export function openClient(url: string, token: string | undefined): Client {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  /** Its own retries would repeat the first variables, and so the same events. */
  const subscribe = <Data>(query: string, variables: Record<string, unknown>) =>
    createClient({ url, headers, retryAttempts: 0 }).iterate<Data>({ query, variables });
  return {
    async execute<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      return dataOf<Result>(await response.json());
    },
    async *watch(companyId, sinceVersion) {
      const query = CompanyStatusChangedDocument.toString();
      for await (const event of subscribe<CompanyStatusChangedSubscription>(query, { companyId, sinceVersion }))
        yield dataOf(event).companyStatusChanged;
    },
    async *readLog(companyId, sinceLine) {
      const query = ProvisioningLogDocument.toString();
      for await (const event of subscribe<ProvisioningLogSubscription>(query, { companyId, sinceLine }))
        yield dataOf(event).provisioningLog;
    },
  };
}

function dataOf<Data>({ data, errors }: { data?: Data | null; errors?: readonly { message: string }[] }): Data {
  if (errors || !data) throw new Error(errors?.map(({ message }) => message).join('\n') ?? 'The answer was empty.');
  return data;
}
