import { defineEntity, p } from '@mikro-orm/core';
import type { CompanyId } from './company-id.ts';
import type { MetadataEntry } from './company-request.ts';
import type { Failure } from './failure.ts';
import { companyStatuses, siteStatuses } from './status.ts';
import { textIndex } from './text-search.ts';

/** A step of the present attempt as stored with the company. Times are PostgreSQL's, in ISO 8601. */
export interface RecordedStep {
  readonly name: string;
  readonly title: string;
  readonly state: StepState;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

export type StepState = 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';

/** The error for which the present step is being retried. Times are PostgreSQL's, in ISO 8601. */
export interface Retrying {
  readonly since: string;
  readonly reason: string;
  readonly nextTryAt: string;
}

/** A company, and everything the service knows of its site. */
export const CompanySchema = defineEntity({
  name: 'Company',
  tableName: 'company',
  properties: {
    id: p.text().primary().defaultRaw('next_company_id()').$type<CompanyId>(),
    /** Random and unique across databases: see owner-name.ts. */
    identity: p.uuid().defaultRaw('gen_random_uuid()'),
    /** Orders companies by creation; the cursor of lists. */
    position: p.bigint().autoincrement().generated('by default as identity').unique(),
    companyName: p.text(),
    companyAbbr: p.text(),
    adminEmail: p.text(),
    defaultCurrency: p.text(),
    country: p.text(),
    /** The requested one, a name of the tz database; null for that of the country's capital. */
    timeZone: p.text().nullable(),
    /** A language tag (BCP 47): of what the customer reads; null for English. */
    locale: p.text().nullable(),
    /** The requested domain; no two companies share one. */
    siteName: p.text().unique(),
    apps: p.array().$type<string[]>(),
    status: p.enum(companyStatuses),
    siteStatus: p.enum(siteStatuses).default('NOT_CREATED'),
    /** The number of the newest event; every move raises it by one. */
    version: p.integer().default(1),
    /** The number of the present attempt; 0 for a draft that was never queued. */
    attempt: p.integer().default(0),
    /** Of the present attempt, in whole percents; 100 only when ACTIVE. */
    progress: p.integer().default(0),
    steps: p.json<readonly RecordedStep[]>().defaultRaw(`'[]'`),
    failure: p.json<Failure>().nullable(),
    /** While the present step is being retried: for which error, since when and when next. */
    retrying: p.json<Retrying>().nullable(),
    provisioningNotes: p.text().nullable(),
    provisioningStartedAt: p.datetime(3).nullable(),
    provisioningCompletedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3).defaultRaw('now()'),
    /** The owner: see `Requester`. */
    createdBy: p.text(),
    /** The address to mail. */
    customerEmail: p.text(),
    /** What its creator calls it. */
    externalReference: p.text().nullable(),
    /** What its creator notes about it, ordered by key. */
    metadata: p.json<readonly MetadataEntry[]>().defaultRaw(`'[]'`),
    idempotencyKey: p.text().nullable(),
    /** Of the request that came with the key, without the password: distinguishes a repeated request from another one. */
    requestDigest: p.text().nullable(),
    /** The admin password under AES-256-GCM; erased once the mail that carries it is accepted. */
    sealedPassword: p.text().nullable(),
    queuedAt: p.datetime(3).nullable(),
    /** When a worker first claimed the newest claimed attempt; a retry keeps it, since it decides whose turn it is. */
    servedAt: p.datetime(3).nullable(),
    /** The attempt ends here, whichever worker runs it. */
    deadlineAt: p.datetime(3).nullable(),
    cancelRequestedAt: p.datetime(3).nullable(),
    /** Raised by every claim; a write that names an older token is refused. */
    fencingToken: p.integer().default(0),
    /** How often the present attempt was claimed. */
    claims: p.integer().default(0),
    leasedBy: p.text().nullable(),
    /** Identifies the newest claim, so that a claim whose answer was lost is found again. */
    leaseId: p.uuid().nullable(),
    /** When the present worker claimed the lease. */
    leasedSince: p.datetime(3).nullable(),
    leasedUntil: p.datetime(3).nullable(),
    /** The number of the newest write under the present token; identifies a write that is repeated because its answer was lost. */
    leaseWrites: p.integer().default(0),
  },
  uniques: [{ name: 'company_idempotency_key_unique', properties: ['createdBy', 'idempotencyKey'] }],
  indexes: [
    { name: 'company_created_by_position_index', properties: ['createdBy', 'position'] },
    { name: 'company_created_by_created_at_index', properties: ['createdBy', 'createdAt'] },
    { name: 'company_created_by_served_at_index', properties: ['createdBy', 'servedAt'] },
    { name: 'company_customer_email_index', properties: ['customerEmail', 'status', 'position'] },
    {
      name: 'company_created_by_customer_email_index',
      properties: ['createdBy', 'customerEmail', 'status', 'position'],
    },
    { name: 'company_created_at_index', properties: ['createdAt'] },
    {
      name: 'company_external_reference_index',
      expression: `create index "company_external_reference_index" on "company" ("external_reference", "status", "position") where "external_reference" is not null`,
    },
    {
      name: 'company_created_by_external_reference_index',
      expression: `create index "company_created_by_external_reference_index" on "company" ("created_by", "external_reference", "status", "position") where "external_reference" is not null`,
    },
    { name: 'company_text_index', expression: textIndex('public') },
    { name: 'company_status_position_index', properties: ['status', 'position'] },
    { name: 'company_created_by_status_position_index', properties: ['createdBy', 'status', 'position'] },
    {
      name: 'company_sealed_index',
      expression: `create index "company_sealed_index" on "company" ("position") where "sealed_password" is not null`,
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
