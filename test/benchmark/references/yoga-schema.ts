import { createPubSub, createSchema } from 'graphql-yoga';
import type { Pool } from 'pg';
import { companyType, findCompany } from './company-record.ts';
import { eventOf, eventTypes } from './event.ts';

/** Events go through an in-memory channel for each company, as Yoga's documentation shows. */
const pubSub = createPubSub<{ company: [companyId: string, event: ReturnType<typeof eventOf>] }>();
const watched = new Set<string>();

/** Publishes an event of every company that has ever been watched. */
export function publish(version: number): void {
  for (const companyId of watched) pubSub.publish('company', companyId, eventOf(version));
}

/** The part of the service's schema that is compared, on a few lines. */
export const schemaOn = (pool: Pool | undefined) =>
  createSchema({
    typeDefs: [companyType, eventTypes],
    resolvers: {
      Query: { company: (_root, { id }: { id: string }) => pool && findCompany(pool, id) },
      Subscription: {
        companyStatusChanged: {
          subscribe(_root, { companyId }: { companyId: string }) {
            watched.add(companyId);
            return pubSub.subscribe('company', companyId);
          },
          resolve: (event: ReturnType<typeof eventOf>) => event,
        },
      },
    },
  });
