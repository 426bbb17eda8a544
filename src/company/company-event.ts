import { defineEntity, p } from '@mikro-orm/core';
import type { CompanyId } from './company-id.ts';
import { eventKinds } from './event-kind.ts';
import type { FailureReason } from './failure.ts';
import { companyStatuses, siteStatuses } from './status.ts';

/** One entry of a company's event log: what changed, and its state then. Versions are 1..n without gaps. */
export const CompanyEventSchema = defineEntity({
  name: 'CompanyEvent',
  tableName: 'company_event',
  properties: {
    companyId: p.text().primary().$type<CompanyId>(),
    version: p.integer().primary(),
    attempt: p.integer(),
    kind: p.enum(eventKinds),
    status: p.enum(companyStatuses),
    siteStatus: p.enum(siteStatuses),
    /** The name of the step that this event is about; null when it is about the whole attempt. */
    step: p.text().nullable(),
    /** Why the attempt failed; null unless the kind is FAILED. */
    reason: p.text().$type<FailureReason>().nullable(),
    progress: p.integer(),
    /** One sentence for people; nothing parses it. */
    message: p.text(),
    occurredAt: p.datetime(3).defaultRaw('now()'),
    /** The place among the events of all companies, in the order in which they committed; null until it is numbered. */
    position: p.bigint().nullable(),
    /** Who owned the company when the event was numbered, so that an index serves their events; null before. */
    owner: p.text().nullable(),
  },
  indexes: [
    {
      name: 'company_event_unnumbered_index',
      expression:
        'create index "company_event_unnumbered_index" on "company_event" ("company_id", "version") where "position" is null',
    },
    {
      name: 'company_event_position_index',
      expression:
        'create unique index "company_event_position_index" on "company_event" ("position") where "position" is not null',
    },
    {
      name: 'company_event_owner_position_index',
      expression:
        'create index "company_event_owner_position_index" on "company_event" ("owner", "position") where "position" is not null',
    },
  ],
});

export class CompanyEvent extends CompanyEventSchema.class {}
CompanyEventSchema.setClass(CompanyEvent);
