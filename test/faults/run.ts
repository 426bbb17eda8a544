import type { Cluster } from './cluster.ts';
import type { CompanyRequest, RequestedCompany } from './customer-client.ts';
import type { Deployment } from './deployment.ts';
import type { Incarnation } from './node.ts';
import type { Portal } from './portal.ts';

/** The customers of a deployment and their requests. */
export interface Workload {
  readonly cluster: Cluster;
  readonly deployment: Deployment;
  /** They are called by it, and so are their sites. */
  readonly name: string;
  /** Everything that they ordered so far. */
  readonly requested: readonly RequestedCompany[];
}

/** A schedule under way in the cluster: the orders of its customers, and what its faults took. */
export interface Run extends Workload {
  readonly startedAt: number;
  /** Receives the webhooks of its customers; not those of probes and neighbours. */
  readonly portal: Portal;
  /** Customers of further deployments. */
  readonly neighbours: Workload[];
  readonly losses: readonly Loss[];
  readonly recoveries: readonly Recovery[];
  /** Aborts when the run is over, one way or the other. */
  readonly over: AbortSignal;
  /** One of the orders, by any number. */
  requestBy(number: number): CompanyRequest;
  /** That order, once it is placed. */
  accepted(number: number): Promise<RequestedCompany>;
  /** Requests one more company: the service has recovered once it is claimed. */
  probe(kind: string): Promise<void>;
  /** The companies that a worker holds at the moment; none when PostgreSQL is unavailable. */
  heldBy(incarnation: Incarnation): Promise<readonly string[]>;
  /** For a place's `atLast`: the companies that the worker holds are to be claimed anew. */
  loses(kind: string): (incarnation: Incarnation) => Promise<void>;
  recovered(kind: string, seconds: number): void;
}

/** A company that waits for its next claim since a moment. */
export interface Loss {
  readonly kind: string;
  readonly companyId: Promise<string>;
  readonly at: number;
}

export interface Recovery {
  readonly kind: string;
  readonly seconds: number;
  /** The company that waited, if it was one. */
  readonly companyId?: string;
}
