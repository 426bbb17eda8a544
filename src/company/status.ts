/** The status of a company. The one list behind the database's check, the GraphQL enum and the TypeScript union. */
export const companyStatuses = ['DRAFT', 'QUEUED', 'PROVISIONING', 'ACTIVE', 'FAILED'] as const;
export type CompanyStatus = (typeof companyStatuses)[number];

/** The state of a company's site: none, being created, verified, or partly left by a failed attempt. */
export const siteStatuses = ['NOT_CREATED', 'CREATING', 'ACTIVE', 'INCOMPLETE'] as const;
export type SiteStatus = (typeof siteStatuses)[number];

/**
 * The statuses from which each status may be reached:
 *
 *     Draft → Queued → Provisioning → Active
 *       ▲        │            ↘ Failed → Queued (retry)
 *       └────────┘ cancel       ↑ cancel, timeout, error
 *
 * PROVISIONING → PROVISIONING is an event within an attempt: a step's start, progress or end, a take-over.
 */
export const reachableFrom: Record<CompanyStatus, readonly CompanyStatus[]> = {
  DRAFT: ['QUEUED'],
  QUEUED: ['DRAFT', 'FAILED'],
  PROVISIONING: ['QUEUED', 'PROVISIONING'],
  ACTIVE: ['PROVISIONING'],
  FAILED: ['PROVISIONING'],
};

/** No worker moves a company from these: a live stream ends here. */
export const isFinal = (status: CompanyStatus): boolean => status === 'ACTIVE' || status === 'FAILED';
