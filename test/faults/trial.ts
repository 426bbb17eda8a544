import type { Deployment } from './deployment.ts';
import type { Life } from './place.ts';
import type { Order, Wish } from './portal.ts';
import type { World } from './world.ts';

/** Customers of a deployment. */
export interface Clientele {
  readonly world: World;
  readonly deployment: Deployment;
  /** They are called by it, and so are their sites. */
  readonly name: string;
  /** Everything that they ordered so far. */
  readonly orders: readonly Order[];
}

/** A schedule under way in the world: the orders of its customers, and what its faults took. */
export interface Trial extends Clientele {
  readonly startedAt: number;
  /** Customers of further deployments. */
  readonly neighbours: Clientele[];
  readonly losses: readonly Loss[];
  readonly recoveries: readonly Recovery[];
  /** Aborts when the trial is over, one way or the other. */
  readonly over: AbortSignal;
  /** One of the orders, by any number. */
  wishOf(number: number): Wish;
  /** That order, once it is placed. */
  placed(number: number): Promise<Order>;
  /** Orders one company more: how soon it is claimed tells how soon the service goes on. */
  probe(kind: string): Promise<void>;
  /** The companies that a worker holds just now; none when PostgreSQL cannot tell. */
  heldBy(life: Life): Promise<readonly string[]>;
  /** For a place's `atLast`: the companies that the worker holds are to be claimed anew. */
  loses(kind: string): (life: Life) => Promise<void>;
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
