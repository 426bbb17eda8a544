/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The kind of action that an audit entry records. */
export type AuditAction =
  /** The mutation `cancelProvisioning`. */
  | 'CANCEL_PROVISIONING'
  /** `resendMail` changed the company’s `customerEmail`. */
  | 'CORRECT_ADDRESS'
  /** The mutation `correctCompany`. */
  | 'CORRECT_COMPANY'
  /** The mutation `createApiKey`, or `npm run keys -- create`. */
  | 'CREATE_API_KEY'
  /** The mutation `createCompany`. */
  | 'CREATE_COMPANY'
  /** The mutation `createStreamToken`. */
  | 'CREATE_STREAM_TOKEN'
  /** The mutation `createWebhookEndpoint`. */
  | 'CREATE_WEBHOOK_ENDPOINT'
  /** The mutation `deleteDraft`. */
  | 'DELETE_DRAFT'
  /** The mutation `deleteWebhookEndpoint`. */
  | 'DELETE_WEBHOOK_ENDPOINT'
  /** Requests that were not authenticated. `outcome` is NO_TOKEN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_INVALID, CLAIMS_INVALID, API_KEY_EXPIRED, API_KEY_REVOKED or API_KEY_INVALID, and `address` is a network: all of its refusals within a minute are one entry. */
  | 'LOG_IN'
  /** The mutation `provisionCompany`. */
  | 'PROVISION_COMPANY'
  /** An operator read the `detail` of the failure of another’s company. Recorded once a minute. */
  | 'READ_FAILURE'
  /** An operator read the `log` of another’s company, or its `provisioningLog`. Recorded once a minute. */
  | 'READ_LOG'
  /** An operator read the recipient or the error of a mail about another’s company. Recorded once a minute. */
  | 'READ_MAIL'
  /** The mutation `redeliverWebhooks`. */
  | 'REDELIVER_WEBHOOKS'
  /** The mutation `resendMail`. */
  | 'RESEND_MAIL'
  /** The mutation `revokeApiKey`, or `npm run keys -- revoke`. */
  | 'REVOKE_API_KEY'
  /** The mutation `revokeToken`. */
  | 'REVOKE_TOKEN'
  /** The mutation `revokeTokensOf`. */
  | 'REVOKE_TOKENS_OF'
  /** The mutation `rotateWebhookSecret`. */
  | 'ROTATE_WEBHOOK_SECRET'
  /** The mutation `sendTestWebhook`. */
  | 'SEND_TEST_WEBHOOK'
  /** The mutation `setQuotas`. */
  | 'SET_QUOTAS'
  /** The mutation `updateWebhookEndpoint`. */
  | 'UPDATE_WEBHOOK_ENDPOINT';

/** The entries to list; omitted criteria are ignored. */
export type AuditFilter = {
  /** Only entries about this company. */
  companyId?: string | number | null | undefined;
  /** Only entries of this subject. Up to 255 characters. */
  subject?: string | null | undefined;
};

/** What happened to a company. */
export type CompanyEventKind =
  /** `customerEmail` was corrected. The status does not change; this may follow ACTIVE or FAILED. */
  | 'ADDRESS_CORRECTED'
  /** A cancel was requested while a worker runs the attempt; the worker stops and rolls back. */
  | 'CANCEL_REQUESTED'
  /** A worker claimed the attempt. */
  | 'CLAIMED'
  /** Other data of the company was corrected. The status does not change; this may follow ACTIVE or FAILED. */
  | 'CORRECTED'
  /** The company was created: saved as a draft or queued at once. Always version 1. */
  | 'CREATED'
  /** The draft was deleted; its streams complete without this event. */
  | 'DELETED'
  /** The attempt ended without a site; `company.failure` says why. */
  | 'FAILED'
  /** A draft or a failed company was queued for an attempt. */
  | 'QUEUED'
  /** The attempt was cancelled before a worker claimed it; the company is a draft again. */
  | 'RETURNED_TO_DRAFT'
  /** A step completed, and its effect was verified. */
  | 'STEP_COMPLETED'
  /** A step made progress: `progress` has risen. */
  | 'STEP_PROGRESSED'
  /** A step was interrupted or met a transient error, and is retried. */
  | 'STEP_RETRYING'
  /** A step started. */
  | 'STEP_STARTED'
  /** The site was created and verified: the company is ACTIVE. */
  | 'SUCCEEDED'
  /** Another worker continues the attempt after its worker was lost or released it. */
  | 'TAKEN_OVER';

/** The companies to list; omitted criteria are ignored. Whatever is combined with `externalReference` or `customerEmail`, other than a status or a time, is looked for in the newest 10,000 companies that those list. */
export type CompanyFilter = {
  /** Only companies created at this time or later. */
  createdAfter?: string | null | undefined;
  /** Only companies created before this time. */
  createdBefore?: string | null | undefined;
  /** Only companies with this address to mail: one plain address (RFC 5321), whose domain may be in any case. */
  customerEmail?: string | null | undefined;
  /** Only companies that you created with exactly this reference; for operators, that anybody created with it. Up to 200 characters. */
  externalReference?: string | null | undefined;
  /** Only the company that you created with this key. Up to 200 characters. */
  idempotencyKey?: string | null | undefined;
  /** Only companies with one of these statuses. */
  status?: Array<CompanyStatus> | null | undefined;
  /** Only companies with this text in their name, abbreviation, id, site name or admin e-mail, ignoring case. Up to 140 characters. A text without three letters or digits in a row is looked for in the newest 10,000 of the companies that the other criteria list. */
  text?: string | null | undefined;
};

/** Whether a company only needs time or encounters errors. */
export type CompanyHealthState =
  /** The present step met a transient error and is retried. */
  | 'RETRYING'
  /** No worker is running it: none lives, or its worker stopped sending heartbeats. It continues, or ends as FAILED, without your help. */
  | 'STALLED'
  /** All workers are busy, or one has just released it; it is claimed as soon as a worker is free. */
  | 'WAITING_FOR_WORKER'
  /** A worker is running the attempt, and the present step has met no error. */
  | 'WORKING';

/** A limit for each customer and each partner. */
export type CompanyQuota =
  /** Companies created within 24 hours, including drafts. */
  | 'COMPANIES_PER_DAY'
  /** Companies that are QUEUED at once. */
  | 'COMPANIES_WAITING';

/** The status of a company. */
export type CompanyStatus =
  /** The site was created and verified; the credentials are mailed. */
  | 'ACTIVE'
  /** Saved; `provisionCompany` queues it. */
  | 'DRAFT'
  /** The attempt ended without a site; `failure` says why, and `provisionCompany` retries. */
  | 'FAILED'
  /** A worker is creating the site. */
  | 'PROVISIONING'
  /** Durably queued; waiting for a worker. */
  | 'QUEUED';

/** What is to be different, by the rules of `CreateCompanyInput`; what is null or left out stays. `externalReference`, `metadata`, `locale` and `customerEmail` may be corrected at any status, everything else only of a DRAFT that no worker has ever worked on. */
export type CorrectCompanyInput = {
  /** The login of the site’s administrator. */
  adminEmail?: string | null | undefined;
  /** The administrator’s password. */
  adminPassword?: string | null | undefined;
  /** All apps to install. */
  apps?: Array<string> | null | undefined;
  /** The abbreviation. */
  companyAbbr?: string | null | undefined;
  /** The company’s name. */
  companyName?: string | null | undefined;
  /** The country. */
  country?: string | null | undefined;
  /** The address to mail, for partners and operators. A mail that was not accepted yet is sent to this address at once. */
  customerEmail?: string | null | undefined;
  /** The currency. */
  defaultCurrency?: string | null | undefined;
  /** The site’s host name. The former one is free again. */
  domain?: string | null | undefined;
  /** What you call the company. */
  externalReference?: string | null | undefined;
  /** The language of mails that were not sent yet. */
  locale?: string | null | undefined;
  /** All of your notes; an empty list removes them. */
  metadata?: Array<MetadataEntryInput> | null | undefined;
  /** The site’s time zone. */
  timeZone?: string | null | undefined;
};

/** The company to create, and its site. */
export type CreateCompanyInput = {
  /** The login of the site’s administrator: one plain address (RFC 5321) of up to 140 characters. */
  adminEmail: string;
  /** 8 to 512 characters without control characters. Stored encrypted until it is mailed, then erased. */
  adminPassword: string;
  /** The apps to install, by name; up to 20. By default `erpnext` where it is offered. */
  apps?: Array<string> | null | undefined;
  /** 1 to 10 letters (A–Z, a–z) or digits, e.g. `ACME`. */
  companyAbbr: string;
  /** At least one letter or digit, at most 137 characters together with the abbreviation; no control or invisible characters. */
  companyName: string;
  /** The English name as Frappe, CLDR or ISO 3166 spells it, or the two- or three-letter ISO 3166 code. */
  country: string;
  /** The address to mail. Given by partners and operators; customers are mailed at their own address. */
  customerEmail?: string | null | undefined;
  /** An active ISO 4217 code, e.g. `USD`. */
  defaultCurrency: string;
  /** The site’s host name: two labels or more of letters, digits and hyphens (RFC 1123), e.g. `acme.localhost`, up to 180 characters. No label may have hyphens as both its third and fourth character (RFC 5891). No two companies share a domain, and some are reserved. */
  domain: string;
  /** True: stay DRAFT until `provisionCompany`. False by default. */
  draft?: boolean | null | undefined;
  /** What you call the company, e.g. an order number, to find it by: 1 to 200 characters without control characters. It need not be unique. */
  externalReference?: string | null | undefined;
  /** 1 to 200 visible ASCII characters of your choice. Repeating a key with the same input returns the same company; with different input it is refused. (The password is compared until it is erased.) */
  idempotencyKey?: string | null | undefined;
  /** The language of the mails and of `failure.localizedMessage`: a tag of BCP 47 of up to 35 characters, e.g. `de-AT`, whose region decides how dates are written. Offered are `en`, `de`, `es`; `es-MX` gets `es`, and a language that is not offered English, which is the default. All other sentences of this API are in English, and the site’s own language is not changed. */
  locale?: string | null | undefined;
  /** Your notes about the company: at most 20, each key once. Not a place for secrets. They count as input of the `idempotencyKey`, in any order. */
  metadata?: Array<MetadataEntryInput> | null | undefined;
  /** The site’s time zone: a name of the IANA tz database, e.g. `Europe/Berlin`. By default that of the country’s capital. */
  timeZone?: string | null | undefined;
};

/** Why an attempt failed, as programs read it. */
export type FailureReason =
  /** An app could not be installed. */
  | 'APP_INSTALL_FAILED'
  /** A requested app is not available. */
  | 'APP_NOT_AVAILABLE'
  /** It was cancelled and rolled back. */
  | 'CANCELLED'
  /** The site host is unavailable or misconfigured. */
  | 'HOST_UNAVAILABLE'
  /** An internal error; operators see it in `detail`. */
  | 'INTERNAL'
  /** The company could not be set up on its site. */
  | 'SET_UP_FAILED'
  /** A site of this name exists that this company did not create. */
  | 'SITE_NAME_TAKEN'
  /** The attempt exceeded its deadline. */
  | 'TIMED_OUT'
  /** The site was created but is not as requested. */
  | 'VERIFICATION_FAILED'
  /** Its workers were lost too many times. */
  | 'WORKER_LOST';

/** What is wrong with a field, as programs read it. */
export type FaultCode =
  /** It occurs more than once. */
  | 'DUPLICATE'
  /** It contains characters that are not allowed. */
  | 'INVALID_CHARACTERS'
  /** Its format is invalid. */
  | 'INVALID_FORMAT'
  /** Your role may not set it. */
  | 'NOT_ALLOWED'
  /** It is missing or empty. */
  | 'REQUIRED'
  /** It is reserved for other uses. */
  | 'RESERVED'
  /** It has too many characters or entries. */
  | 'TOO_LONG'
  /** It is too short. */
  | 'TOO_SHORT'
  /** It is not a known value. */
  | 'UNKNOWN_VALUE';

/** The subject of a mail. */
export type MailKind =
  /** A webhook endpoint was disabled; the mail tells its owner why. */
  | 'ENDPOINT_DISABLED'
  /** The attempt failed; the mail says why. */
  | 'SITE_FAILED'
  /** The site is ready; the mail carries the credentials. */
  | 'SITE_READY';

/** A note about a company; this service does not interpret it. */
export type MetadataEntryInput = {
  /** 1 to 40 characters without control characters. */
  key: string;
  /** Up to 500 characters without control characters. */
  value: string;
};

/** The state of a company’s site. */
export type SiteStatus =
  /** The site answers and was verified. */
  | 'ACTIVE'
  /** The site is being created. */
  | 'CREATING'
  /** A failed attempt left part of the site; the next attempt continues from it. */
  | 'INCOMPLETE'
  /** No site exists. */
  | 'NOT_CREATED';

/** The state of a step. */
export type StepState =
  /** Completed and verified. */
  | 'DONE'
  /** Failed or interrupted. */
  | 'FAILED'
  /** In progress. */
  | 'RUNNING'
  /** Not started. */
  | 'WAITING';

/** Whether a mail that no server has accepted will be sent again. */
export type UndeliveredState =
  /** A server refused it permanently; only `resendMail` sends it again. */
  | 'REFUSED'
  /** It is retried automatically until a server accepts it or refuses it permanently. */
  | 'WAITING';

export type CompanyFieldsFragment = { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null };

export type QuotaFieldsFragment = { quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean };

export type ValidationErrorFieldsFragment = { faults: Array<{ field: string, code: FaultCode, message: string }> };

export type SiteNameTakenFieldsFragment = { domain: string, holder: { id: string } | null };

type CreateCompanyAnswer_CreateCompanySuccess_Fragment = { __typename: 'CreateCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } };

type CreateCompanyAnswer_IdempotencyKeyReused_Fragment = { __typename: 'IdempotencyKeyReused', message: string, field: string };

type CreateCompanyAnswer_QuotaExceeded_Fragment = { __typename: 'QuotaExceeded', message: string, quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean };

type CreateCompanyAnswer_SiteNameTaken_Fragment = { __typename: 'SiteNameTaken', message: string, field: string, domain: string, holder: { id: string } | null };

type CreateCompanyAnswer_ValidationError_Fragment = { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> };

export type CreateCompanyAnswerFragment =
  | CreateCompanyAnswer_CreateCompanySuccess_Fragment
  | CreateCompanyAnswer_IdempotencyKeyReused_Fragment
  | CreateCompanyAnswer_QuotaExceeded_Fragment
  | CreateCompanyAnswer_SiteNameTaken_Fragment
  | CreateCompanyAnswer_ValidationError_Fragment
;

export type CreateCompanyMutationVariables = Exact<{
  input: CreateCompanyInput;
}>;


export type CreateCompanyMutation = { createCompany:
    | { __typename: 'CreateCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'IdempotencyKeyReused', message: string, field: string }
    | { __typename: 'QuotaExceeded', message: string, quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean }
    | { __typename: 'SiteNameTaken', message: string, field: string, domain: string, holder: { id: string } | null }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
   };

export type CreateCompaniesMutationVariables = Exact<{
  inputs: Array<CreateCompanyInput> | CreateCompanyInput;
}>;


export type CreateCompaniesMutation = { createCompanies: Array<
    | { __typename: 'CreateCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'IdempotencyKeyReused', message: string, field: string }
    | { __typename: 'QuotaExceeded', message: string, quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean }
    | { __typename: 'SiteNameTaken', message: string, field: string, domain: string, holder: { id: string } | null }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
   | null> };

export type ProvisionCompanyMutationVariables = Exact<{
  companyId: string | number;
  expectedVersion?: number | null | undefined;
}>;


export type ProvisionCompanyMutation = { provisionCompany:
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ProvisionCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'QuotaExceeded', message: string, quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean }
    | { __typename: 'ReadOnly', message: string }
    | { __typename: 'VersionConflict', message: string, company: { version: number, status: CompanyStatus } }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type CancelProvisioningMutationVariables = Exact<{
  companyId: string | number;
  expectedVersion?: number | null | undefined;
}>;


export type CancelProvisioningMutation = { cancelProvisioning:
    | { __typename: 'CancelProvisioningSuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ReadOnly', message: string }
    | { __typename: 'VersionConflict', message: string, company: { version: number, status: CompanyStatus } }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type CorrectCompanyMutationVariables = Exact<{
  companyId: string | number;
  input: CorrectCompanyInput;
  expectedVersion?: number | null | undefined;
}>;


export type CorrectCompanyMutation = { correctCompany:
    | { __typename: 'AlreadyMailed', message: string }
    | { __typename: 'CorrectCompanySuccess', message: string, company: { customerEmail: string, id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ReadOnly', message: string }
    | { __typename: 'SiteNameTaken', message: string, domain: string, holder: { id: string } | null }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
    | { __typename: 'VersionConflict', message: string, company: { version: number, status: CompanyStatus } }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type DeleteDraftMutationVariables = Exact<{
  companyId: string | number;
  expectedVersion?: number | null | undefined;
}>;


export type DeleteDraftMutation = { deleteDraft:
    | { __typename: 'DeleteDraftSuccess', message: string, companyId: string }
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ReadOnly', message: string }
    | { __typename: 'VersionConflict', message: string, company: { version: number, status: CompanyStatus } }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type CompanyQueryVariables = Exact<{
  id: string | number;
}>;


export type CompanyQuery = { company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } | null };

export type CheckCompanyQueryVariables = Exact<{
  input: CreateCompanyInput;
}>;


export type CheckCompanyQuery = { checkCompany: { siteUrl: string | null, estimatedSeconds: number | null, problems: Array<
      | { __typename: 'QuotaExceeded', message: string, quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean }
      | { __typename: 'SiteNameTaken', message: string, domain: string, holder: { id: string } | null }
      | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
    > } };

export type ProvisioningOptionsQueryVariables = Exact<{ [key: string]: never; }>;


export type ProvisioningOptionsQuery = { provisioningOptions: { timeZones: Array<string>, languages: Array<string>, domainSuffixes: Array<string>, apps: Array<{ name: string, isDefault: boolean }>, countries: Array<{ code: string, name: string, timeZone: string, currency: string | null }>, currencies: Array<{ code: string, name: string }> } };

export type CompaniesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: CompanyFilter | null | undefined;
}>;


export type CompaniesQuery = { companies: { edges: Array<{ cursor: string, node: { customerEmail: string, locale: string | null, externalReference: string | null, id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, metadata: Array<{ key: string, value: string }>, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type CountCompaniesQueryVariables = Exact<{
  filter?: CompanyFilter | null | undefined;
}>;


export type CountCompaniesQuery = { companies: { totalCount: number, totalCountIsExact: boolean } };

export type CompanyStatusChangedSubscriptionVariables = Exact<{
  companyId: string | number;
  sinceVersion?: number | null | undefined;
}>;


export type CompanyStatusChangedSubscription = { companyStatusChanged: { version: number, status: CompanyStatus, siteStatus: SiteStatus, kind: CompanyEventKind, step: string | null, reason: FailureReason | null, progress: number, message: string, occurredAt: string } };

export type StatusChangeFieldsFragment = { version: number, status: CompanyStatus, siteStatus: SiteStatus, kind: CompanyEventKind, step: string | null, reason: FailureReason | null, progress: number, message: string, occurredAt: string };

export type EventsQueryVariables = Exact<{
  after?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type EventsQuery = { events: { edges: Array<{ cursor: string, node: { version: number, status: CompanyStatus, siteStatus: SiteStatus, kind: CompanyEventKind, step: string | null, reason: FailureReason | null, progress: number, message: string, occurredAt: string, company: { id: string } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CompaniesStatusChangedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type CompaniesStatusChangedSubscription = { companiesStatusChanged: { cursor: string, node: { version: number, status: CompanyStatus, siteStatus: SiteStatus, kind: CompanyEventKind, step: string | null, reason: FailureReason | null, progress: number, message: string, occurredAt: string, company: { id: string } } } };

export type LogLineFieldsFragment = { number: number, attempt: number, step: string, text: string, writtenAt: string };

export type ProvisioningLogSubscriptionVariables = Exact<{
  companyId: string | number;
  sinceLine?: number | null | undefined;
}>;


export type ProvisioningLogSubscription = { provisioningLog: { number: number, attempt: number, step: string, text: string, writtenAt: string } };

export type CompanyLogQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type CompanyLogQuery = { company: { log: { edges: Array<{ cursor: string, node: { number: number, attempt: number, step: string, text: string, writtenAt: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null } | null };

export type ServiceStatusQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ServiceStatusQuery = { serviceStatus: { waiting: number, oldestWaitingSince: string | null, stalled: number, workerCount: number, runningCount: number, workers: Array<{ name: string, startedAt: string, seenAt: string, lateLoops: Array<string> }>, running: Array<{ worker: string, claims: number, heldSince: string, leaseAgeSeconds: number, leasedUntil: string, deadlineAt: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, localizedMessage: string, referenceId: string, step: string | null, detail: string | null } | null } }>, mailAccountFault: { since: string, cause: string, waitingMails: number } | null, undeliveredMails: { edges: Array<{ cursor: string, node: { id: string, webhookEndpointId: string | null, kind: MailKind, recipient: string, state: UndeliveredState, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, company: { id: string, customerEmail: string } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } };

export type UndeliveredMailFieldsFragment = { id: string, webhookEndpointId: string | null, kind: MailKind, recipient: string, state: UndeliveredState, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, company: { id: string, customerEmail: string } | null };

export type ResendMailMutationVariables = Exact<{
  mailId: string | number;
  recipient?: string | null | undefined;
}>;


export type ResendMailMutation = { resendMail:
    | { __typename: 'MailAlreadySent', message: string }
    | { __typename: 'MailBeingSent', message: string }
    | { __typename: 'MailNotFound', message: string }
    | { __typename: 'ResendMailSuccess', message: string, mail: { id: string, webhookEndpointId: string | null, kind: MailKind, recipient: string, state: UndeliveredState, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, company: { id: string, customerEmail: string } | null } }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
   };

export type AuditLogQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: AuditFilter | null | undefined;
}>;


export type AuditLogQuery = { auditLog: { edges: Array<{ node: { id: string, occurredAt: string, action: AuditAction, outcome: string, subject: string | null, tenant: string | null, roles: Array<string>, tokenId: string | null, keyId: string | null, address: string | null, companyId: string | null, target: string | null, count: number } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type AuditEntryFieldsFragment = { id: string, occurredAt: string, action: AuditAction, outcome: string, subject: string | null, tenant: string | null, roles: Array<string>, tokenId: string | null, keyId: string | null, address: string | null, companyId: string | null, target: string | null, count: number };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CompanyFieldsFragmentDoc = new TypedDocumentString(`
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}
    `, {"fragmentName":"CompanyFields"}) as unknown as TypedDocumentString<CompanyFieldsFragment, unknown>;
export const ValidationErrorFieldsFragmentDoc = new TypedDocumentString(`
    fragment ValidationErrorFields on ValidationError {
  faults {
    field
    code
    message
  }
}
    `, {"fragmentName":"ValidationErrorFields"}) as unknown as TypedDocumentString<ValidationErrorFieldsFragment, unknown>;
export const SiteNameTakenFieldsFragmentDoc = new TypedDocumentString(`
    fragment SiteNameTakenFields on SiteNameTaken {
  domain
  holder {
    id
  }
}
    `, {"fragmentName":"SiteNameTakenFields"}) as unknown as TypedDocumentString<SiteNameTakenFieldsFragment, unknown>;
export const QuotaFieldsFragmentDoc = new TypedDocumentString(`
    fragment QuotaFields on QuotaExceeded {
  quota
  limit
  used
  retryAt
  perCustomer
}
    `, {"fragmentName":"QuotaFields"}) as unknown as TypedDocumentString<QuotaFieldsFragment, unknown>;
export const CreateCompanyAnswerFragmentDoc = new TypedDocumentString(`
    fragment CreateCompanyAnswer on CreateCompanyResult {
  __typename
  ... on CreateCompanySuccess {
    message
    company {
      ...CompanyFields
    }
  }
  ... on Problem {
    message
  }
  ...ValidationErrorFields
  ... on FieldProblem {
    field
  }
  ...SiteNameTakenFields
  ... on QuotaExceeded {
    ...QuotaFields
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}
fragment QuotaFields on QuotaExceeded {
  quota
  limit
  used
  retryAt
  perCustomer
}
fragment ValidationErrorFields on ValidationError {
  faults {
    field
    code
    message
  }
}
fragment SiteNameTakenFields on SiteNameTaken {
  domain
  holder {
    id
  }
}`, {"fragmentName":"CreateCompanyAnswer"}) as unknown as TypedDocumentString<CreateCompanyAnswerFragment, unknown>;
export const StatusChangeFieldsFragmentDoc = new TypedDocumentString(`
    fragment StatusChangeFields on CompanyStatusChange {
  version
  status
  siteStatus
  kind
  step
  reason
  progress
  message
  occurredAt
}
    `, {"fragmentName":"StatusChangeFields"}) as unknown as TypedDocumentString<StatusChangeFieldsFragment, unknown>;
export const LogLineFieldsFragmentDoc = new TypedDocumentString(`
    fragment LogLineFields on ProvisioningLogLine {
  number
  attempt
  step
  text
  writtenAt
}
    `, {"fragmentName":"LogLineFields"}) as unknown as TypedDocumentString<LogLineFieldsFragment, unknown>;
export const UndeliveredMailFieldsFragmentDoc = new TypedDocumentString(`
    fragment UndeliveredMailFields on UndeliveredMail {
  id
  webhookEndpointId
  company {
    id
    customerEmail
  }
  kind
  recipient
  state
  tries
  dueAt
  lastError
  createdAt
}
    `, {"fragmentName":"UndeliveredMailFields"}) as unknown as TypedDocumentString<UndeliveredMailFieldsFragment, unknown>;
export const AuditEntryFieldsFragmentDoc = new TypedDocumentString(`
    fragment AuditEntryFields on AuditEntry {
  id
  occurredAt
  action
  outcome
  subject
  tenant
  roles
  tokenId
  keyId
  address
  companyId
  target
  count
}
    `, {"fragmentName":"AuditEntryFields"}) as unknown as TypedDocumentString<AuditEntryFieldsFragment, unknown>;
export const CreateCompanyDocument = new TypedDocumentString(`
    mutation CreateCompany($input: CreateCompanyInput!) {
  createCompany(input: $input) {
    ...CreateCompanyAnswer
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}
fragment QuotaFields on QuotaExceeded {
  quota
  limit
  used
  retryAt
  perCustomer
}
fragment ValidationErrorFields on ValidationError {
  faults {
    field
    code
    message
  }
}
fragment SiteNameTakenFields on SiteNameTaken {
  domain
  holder {
    id
  }
}
fragment CreateCompanyAnswer on CreateCompanyResult {
  __typename
  ... on CreateCompanySuccess {
    message
    company {
      ...CompanyFields
    }
  }
  ... on Problem {
    message
  }
  ...ValidationErrorFields
  ... on FieldProblem {
    field
  }
  ...SiteNameTakenFields
  ... on QuotaExceeded {
    ...QuotaFields
  }
}`) as unknown as TypedDocumentString<CreateCompanyMutation, CreateCompanyMutationVariables>;
export const CreateCompaniesDocument = new TypedDocumentString(`
    mutation CreateCompanies($inputs: [CreateCompanyInput!]!) {
  createCompanies(inputs: $inputs) {
    ...CreateCompanyAnswer
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}
fragment QuotaFields on QuotaExceeded {
  quota
  limit
  used
  retryAt
  perCustomer
}
fragment ValidationErrorFields on ValidationError {
  faults {
    field
    code
    message
  }
}
fragment SiteNameTakenFields on SiteNameTaken {
  domain
  holder {
    id
  }
}
fragment CreateCompanyAnswer on CreateCompanyResult {
  __typename
  ... on CreateCompanySuccess {
    message
    company {
      ...CompanyFields
    }
  }
  ... on Problem {
    message
  }
  ...ValidationErrorFields
  ... on FieldProblem {
    field
  }
  ...SiteNameTakenFields
  ... on QuotaExceeded {
    ...QuotaFields
  }
}`) as unknown as TypedDocumentString<CreateCompaniesMutation, CreateCompaniesMutationVariables>;
export const ProvisionCompanyDocument = new TypedDocumentString(`
    mutation ProvisionCompany($companyId: ID!, $expectedVersion: Int) {
  provisionCompany(companyId: $companyId, expectedVersion: $expectedVersion) {
    __typename
    ... on ProvisionCompanySuccess {
      message
      company {
        ...CompanyFields
      }
    }
    ... on Problem {
      message
    }
    ... on WrongStatus {
      status
    }
    ... on VersionConflict {
      company {
        version
        status
      }
    }
    ... on QuotaExceeded {
      ...QuotaFields
    }
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}
fragment QuotaFields on QuotaExceeded {
  quota
  limit
  used
  retryAt
  perCustomer
}`) as unknown as TypedDocumentString<ProvisionCompanyMutation, ProvisionCompanyMutationVariables>;
export const CancelProvisioningDocument = new TypedDocumentString(`
    mutation CancelProvisioning($companyId: ID!, $expectedVersion: Int) {
  cancelProvisioning(companyId: $companyId, expectedVersion: $expectedVersion) {
    __typename
    ... on CancelProvisioningSuccess {
      message
      company {
        ...CompanyFields
      }
    }
    ... on Problem {
      message
    }
    ... on WrongStatus {
      status
    }
    ... on VersionConflict {
      company {
        version
        status
      }
    }
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}`) as unknown as TypedDocumentString<CancelProvisioningMutation, CancelProvisioningMutationVariables>;
export const CorrectCompanyDocument = new TypedDocumentString(`
    mutation CorrectCompany($companyId: ID!, $input: CorrectCompanyInput!, $expectedVersion: Int) {
  correctCompany(
    companyId: $companyId
    input: $input
    expectedVersion: $expectedVersion
  ) {
    __typename
    ... on CorrectCompanySuccess {
      message
      company {
        ...CompanyFields
        customerEmail
      }
    }
    ... on Problem {
      message
    }
    ...ValidationErrorFields
    ...SiteNameTakenFields
    ... on WrongStatus {
      status
    }
    ... on VersionConflict {
      company {
        version
        status
      }
    }
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}
fragment ValidationErrorFields on ValidationError {
  faults {
    field
    code
    message
  }
}
fragment SiteNameTakenFields on SiteNameTaken {
  domain
  holder {
    id
  }
}`) as unknown as TypedDocumentString<CorrectCompanyMutation, CorrectCompanyMutationVariables>;
export const DeleteDraftDocument = new TypedDocumentString(`
    mutation DeleteDraft($companyId: ID!, $expectedVersion: Int) {
  deleteDraft(companyId: $companyId, expectedVersion: $expectedVersion) {
    __typename
    ... on DeleteDraftSuccess {
      message
      companyId
    }
    ... on Problem {
      message
    }
    ... on WrongStatus {
      status
    }
    ... on VersionConflict {
      company {
        version
        status
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteDraftMutation, DeleteDraftMutationVariables>;
export const CompanyDocument = new TypedDocumentString(`
    query Company($id: ID!) {
  company(id: $id) {
    ...CompanyFields
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}`) as unknown as TypedDocumentString<CompanyQuery, CompanyQueryVariables>;
export const CheckCompanyDocument = new TypedDocumentString(`
    query CheckCompany($input: CreateCompanyInput!) {
  checkCompany(input: $input) {
    problems {
      __typename
      ... on Problem {
        message
      }
      ...ValidationErrorFields
      ...SiteNameTakenFields
      ...QuotaFields
    }
    siteUrl
    estimatedSeconds
  }
}
    fragment QuotaFields on QuotaExceeded {
  quota
  limit
  used
  retryAt
  perCustomer
}
fragment ValidationErrorFields on ValidationError {
  faults {
    field
    code
    message
  }
}
fragment SiteNameTakenFields on SiteNameTaken {
  domain
  holder {
    id
  }
}`) as unknown as TypedDocumentString<CheckCompanyQuery, CheckCompanyQueryVariables>;
export const ProvisioningOptionsDocument = new TypedDocumentString(`
    query ProvisioningOptions {
  provisioningOptions {
    apps {
      name
      isDefault
    }
    countries {
      code
      name
      timeZone
      currency
    }
    currencies {
      code
      name
    }
    timeZones
    languages
    domainSuffixes
  }
}
    `) as unknown as TypedDocumentString<ProvisioningOptionsQuery, ProvisioningOptionsQueryVariables>;
export const CompaniesDocument = new TypedDocumentString(`
    query Companies($first: Int, $after: String, $last: Int, $before: String, $filter: CompanyFilter) {
  companies(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
  ) {
    edges {
      cursor
      node {
        ...CompanyFields
        customerEmail
        locale
        externalReference
        metadata {
          key
          value
        }
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}`) as unknown as TypedDocumentString<CompaniesQuery, CompaniesQueryVariables>;
export const CountCompaniesDocument = new TypedDocumentString(`
    query CountCompanies($filter: CompanyFilter) {
  companies(first: 0, filter: $filter) {
    totalCount
    totalCountIsExact
  }
}
    `) as unknown as TypedDocumentString<CountCompaniesQuery, CountCompaniesQueryVariables>;
export const CompanyStatusChangedDocument = new TypedDocumentString(`
    subscription CompanyStatusChanged($companyId: ID!, $sinceVersion: Int) {
  companyStatusChanged(companyId: $companyId, sinceVersion: $sinceVersion) {
    ...StatusChangeFields
  }
}
    fragment StatusChangeFields on CompanyStatusChange {
  version
  status
  siteStatus
  kind
  step
  reason
  progress
  message
  occurredAt
}`) as unknown as TypedDocumentString<CompanyStatusChangedSubscription, CompanyStatusChangedSubscriptionVariables>;
export const EventsDocument = new TypedDocumentString(`
    query Events($after: String, $first: Int) {
  events(after: $after, first: $first) {
    edges {
      cursor
      node {
        company {
          id
        }
        ...StatusChangeFields
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment StatusChangeFields on CompanyStatusChange {
  version
  status
  siteStatus
  kind
  step
  reason
  progress
  message
  occurredAt
}`) as unknown as TypedDocumentString<EventsQuery, EventsQueryVariables>;
export const CompaniesStatusChangedDocument = new TypedDocumentString(`
    subscription CompaniesStatusChanged($after: String) {
  companiesStatusChanged(after: $after) {
    cursor
    node {
      company {
        id
      }
      ...StatusChangeFields
    }
  }
}
    fragment StatusChangeFields on CompanyStatusChange {
  version
  status
  siteStatus
  kind
  step
  reason
  progress
  message
  occurredAt
}`) as unknown as TypedDocumentString<CompaniesStatusChangedSubscription, CompaniesStatusChangedSubscriptionVariables>;
export const ProvisioningLogDocument = new TypedDocumentString(`
    subscription ProvisioningLog($companyId: ID!, $sinceLine: Int) {
  provisioningLog(companyId: $companyId, sinceLine: $sinceLine) {
    ...LogLineFields
  }
}
    fragment LogLineFields on ProvisioningLogLine {
  number
  attempt
  step
  text
  writtenAt
}`) as unknown as TypedDocumentString<ProvisioningLogSubscription, ProvisioningLogSubscriptionVariables>;
export const CompanyLogDocument = new TypedDocumentString(`
    query CompanyLog($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  company(id: $id) {
    log(first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          ...LogLineFields
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    fragment LogLineFields on ProvisioningLogLine {
  number
  attempt
  step
  text
  writtenAt
}`) as unknown as TypedDocumentString<CompanyLogQuery, CompanyLogQueryVariables>;
export const ServiceStatusDocument = new TypedDocumentString(`
    query ServiceStatus($first: Int, $after: String, $last: Int, $before: String) {
  serviceStatus {
    waiting
    oldestWaitingSince
    stalled
    workers {
      name
      startedAt
      seenAt
      lateLoops
    }
    workerCount
    running {
      company {
        ...CompanyFields
      }
      worker
      claims
      heldSince
      leaseAgeSeconds
      leasedUntil
      deadlineAt
    }
    runningCount
    mailAccountFault {
      since
      cause
      waitingMails
    }
    undeliveredMails(first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          ...UndeliveredMailFields
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    fragment CompanyFields on Company {
  id
  companyName
  status
  siteStatus
  siteName
  siteUrl
  attempt
  version
  progress
  health {
    state
    since
    reason
    nextTryAt
  }
  steps {
    name
    title
    state
    startedAt
    finishedAt
  }
  failure {
    reason
    message
    localizedMessage
    referenceId
    step
    detail
  }
}
fragment UndeliveredMailFields on UndeliveredMail {
  id
  webhookEndpointId
  company {
    id
    customerEmail
  }
  kind
  recipient
  state
  tries
  dueAt
  lastError
  createdAt
}`) as unknown as TypedDocumentString<ServiceStatusQuery, ServiceStatusQueryVariables>;
export const ResendMailDocument = new TypedDocumentString(`
    mutation ResendMail($mailId: ID!, $recipient: String) {
  resendMail(mailId: $mailId, recipient: $recipient) {
    __typename
    ... on ResendMailSuccess {
      message
      mail {
        ...UndeliveredMailFields
      }
    }
    ... on Problem {
      message
    }
    ...ValidationErrorFields
  }
}
    fragment ValidationErrorFields on ValidationError {
  faults {
    field
    code
    message
  }
}
fragment UndeliveredMailFields on UndeliveredMail {
  id
  webhookEndpointId
  company {
    id
    customerEmail
  }
  kind
  recipient
  state
  tries
  dueAt
  lastError
  createdAt
}`) as unknown as TypedDocumentString<ResendMailMutation, ResendMailMutationVariables>;
export const AuditLogDocument = new TypedDocumentString(`
    query AuditLog($first: Int, $after: String, $last: Int, $before: String, $filter: AuditFilter) {
  auditLog(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
  ) {
    edges {
      node {
        ...AuditEntryFields
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment AuditEntryFields on AuditEntry {
  id
  occurredAt
  action
  outcome
  subject
  tenant
  roles
  tokenId
  keyId
  address
  companyId
  target
  count
}`) as unknown as TypedDocumentString<AuditLogQuery, AuditLogQueryVariables>;