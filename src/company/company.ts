import { defineEntity, p } from '@mikro-orm/core';
import type { CompanyId } from './company-id.ts';
import type { Failure } from './failure.ts';
import { companyStatuses, siteStatuses } from './status.ts';

/** A step of the present attempt as the company's record keeps it. Times are PostgreSQL's, in ISO 8601. */
export interface RecordedStep {
  readonly name: string;
  readonly title: string;
  readonly state: StepState;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

export type StepState = 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';

/** What the present attempt's step met and is being tried again for. Times are PostgreSQL's, in ISO 8601. */
export interface Retrying {
  readonly since: string;
  readonly reason: string;
  readonly nextTryAt: string;
}

/** A company that was asked for, and everything the service knows of its site. */
export const CompanySchema = defineEntity({
  name: 'Company',
  tableName: 'company',
  properties: {
    id: p.text().primary().defaultRaw('next_company_id()').$type<CompanyId>(),
    /** Random, and no other row's in any database: see owner-name.ts. */
    identity: p.uuid().defaultRaw('gen_random_uuid()'),
    /** Orders companies by creation and serves as the cursor of listings. */
    position: p.bigint().autoincrement().generated('by default as identity').unique(),
    companyName: p.text(),
    companyAbbr: p.text(),
    adminEmail: p.text(),
    defaultCurrency: p.text(),
    country: p.text(),
    /** The one asked for, a name of the tz database; null for that of the country's capital. */
    timeZone: p.text().nullable(),
    /** The domain that was asked for; no two companies share one. */
    siteName: p.text().unique(),
    apps: p.array().$type<string[]>(),
    status: p.enum(companyStatuses),
    siteStatus: p.enum(siteStatuses).default('NOT_CREATED'),
    /** The number of the newest event; every move raises it by one. */
    version: p.integer().default(1),
    /** How often the company was queued; 0 for a draft. */
    attempt: p.integer().default(0),
    /** Of the present attempt, in whole percents; 100 only when ACTIVE. */
    progress: p.integer().default(0),
    steps: p.json<readonly RecordedStep[]>().defaultRaw(`'[]'`),
    failure: p.json<Failure>().nullable(),
    /** While the present step is tried again: for which error, since when and when next. */
    retrying: p.json<Retrying>().nullable(),
    provisioningNotes: p.text().nullable(),
    provisioningStartedAt: p.datetime(3).nullable(),
    provisioningCompletedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3).defaultRaw('now()'),
    /** The subject who asked for the company and whose it is. */
    createdBy: p.text(),
    /** Whom to mail. */
    customerEmail: p.text(),
    idempotencyKey: p.text().nullable(),
    /** Of the request that came with the key, without the password, so that another request is told from a repeated one. */
    requestDigest: p.text().nullable(),
    /** The admin password under AES-256-GCM; erased once the mail that carries it was accepted. */
    sealedPassword: p.text().nullable(),
    queuedAt: p.datetime(3).nullable(),
    /** When a worker first claimed the newest attempt that was claimed at all; a retry keeps it, since it tells whose turn it is. */
    servedAt: p.datetime(3).nullable(),
    /** The attempt ends here, whoever works on it. */
    deadlineAt: p.datetime(3).nullable(),
    cancelRequestedAt: p.datetime(3).nullable(),
    /** Raised by every claim; a write that names an older one is refused. */
    fencingToken: p.integer().default(0),
    /** How often the present attempt was claimed. */
    claims: p.integer().default(0),
    leasedBy: p.text().nullable(),
    /** Names the newest claim, so that a claim whose answer got lost is found again. */
    leaseId: p.uuid().nullable(),
    /** Since when the present worker holds the lease. */
    leasedSince: p.datetime(3).nullable(),
    leasedUntil: p.datetime(3).nullable(),
    /** The number of the newest write under the present token: a write that is repeated, its answer lost, is known by it. */
    leaseWrites: p.integer().default(0),
  },
  uniques: [{ name: 'company_idempotency_key_unique', properties: ['createdBy', 'idempotencyKey'] }],
  indexes: [
    { name: 'company_created_by_position_index', properties: ['createdBy', 'position'] },
    { name: 'company_created_by_created_at_index', properties: ['createdBy', 'createdAt'] },
    { name: 'company_created_by_served_at_index', properties: ['createdBy', 'servedAt'] },
    {
      name: 'company_attempts_index',
      expression: `create index "company_attempts_index" on "company" ("created_by") where "status" = 'PROVISIONING'`,
    },
    {
      name: 'company_turn_index',
      expression: `create index "company_turn_index" on "company" ("created_by", "queued_at") where "status" = 'QUEUED'`,
    },
    {
      name: 'company_waiting_index',
      expression: `create index "company_waiting_index" on "company" ("queued_at") where "status" in ('QUEUED', 'PROVISIONING')`,
    },
  ],
});

export class Company extends CompanySchema.class {}
CompanySchema.setClass(Company);
