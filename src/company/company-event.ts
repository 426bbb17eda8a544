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
  },
});

export class CompanyEvent extends CompanyEventSchema.class {}
CompanyEventSchema.setClass(CompanyEvent);
