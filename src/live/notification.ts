import { z } from 'zod';
import type { CompanyId } from '../company/company-id.ts';
import { eventKinds } from '../company/event-kind.ts';
import type { FailureReason } from '../company/failure.ts';
import type { CompanyEventRow } from '../company/find-companies.ts';
import { companyStatuses, siteStatuses } from '../company/status.ts';

/** An event as JSON carries it: the database's, and a notification's. */
const eventInJson = z.object({
  company_id: z.string().transform((id) => id as CompanyId),
  version: z.int(),
  attempt: z.int(),
  kind: z.enum(eventKinds),
  status: z.enum(companyStatuses),
  site_status: z.enum(siteStatuses),
  step: z.string().nullable(),
  reason: z
    .string()
    .nullable()
    .transform((reason) => reason as FailureReason | null),
  progress: z.int(),
  message: z.string(),
  occurred_at: z.iso.datetime().transform((time) => new Date(time)),
});

/**
 * The event that a notification carries for this company. Undefined when it carries none, or what this version of the service
 * does not know: the event is then read from the database.
 */
export function eventIn(notification: unknown, id: CompanyId): CompanyEventRow | undefined {
  const { data } = eventInJson.safeParse(notification);
  return data?.company_id === id ? data : undefined;
}
