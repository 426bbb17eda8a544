/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What an API key may do. The description of each root field names the scope that it needs. */
export type ApiKeyScope =
  /** `companies:read`: read and watch companies. */
  | 'COMPANIES_READ'
  /** `companies:write`: create, correct, delete, provision and cancel companies; includes `companies:read`. */
  | 'COMPANIES_WRITE'
  /** `operate`: what operators may do, and with the other scopes for every company. Only for keys that operators make for themselves. */
  | 'OPERATE'
  /** `webhooks:write`: manage webhook endpoints and their deliveries. */
  | 'WEBHOOKS_WRITE';

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

/** A key to create. */
export type CreateApiKeyInput = {
  /** How long it is valid: 1 to 366 days, 366 by default. */
  expiresInDays?: number | null | undefined;
  /** Tells keys apart in the list. 1 to 100 characters. */
  name: string;
  /** For operators: whom it acts for; by default your own owner. */
  owner?: OwnerInput | null | undefined;
  /** What it may do: at least one, and no more than you may. */
  scopes: Array<ApiKeyScope>;
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

/** An endpoint to make. */
export type CreateWebhookEndpointInput = {
  /** Who is mailed when the endpoint is disabled because it answered 410 or failed for five days. By default the address of your token. */
  contactEmail?: string | null | undefined;
  /** Your own words, to tell endpoints apart. Up to 200 characters. */
  description?: string | null | undefined;
  /** The events to send: at least one; COMPANY_ACTIVE and COMPANY_FAILED by default. */
  eventTypes?: Array<WebhookEventType> | null | undefined;
  /** For operators: whose companies’ events it gets; by default your own. */
  owner?: OwnerInput | null | undefined;
  /** How messages are signed, for as long as there is the endpoint; HMAC_SHA256 by default. */
  signature?: WebhookSignature | null | undefined;
  /** Where messages are sent by POST: `https://`, of at most 2,048 characters, on the public internet. Addresses are checked at every attempt, and redirects are not followed. */
  url: string;
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

/** An owner: give either a tenant or a subject. */
export type OwnerInput = {
  /** The `sub` of the owner’s tokens. Up to 255 characters. */
  subject?: string | null | undefined;
  /** The tenant of the owner’s tokens. Up to 255 characters. */
  tenant?: string | null | undefined;
};

/** The limits to set: 1 to 1000000; null returns to the service’s usual one, and what is left out stays. */
export type SetQuotasInput = {
  /** Companies that are PROVISIONING at once. Others wait; nothing is refused. */
  attemptsAtOnce?: number | null | undefined;
  /** Companies created within 24 hours, including drafts. */
  companiesPerDay?: number | null | undefined;
  /** Companies that are QUEUED at once. */
  companiesWaiting?: number | null | undefined;
  /** Requests within a minute, and operations of a WebSocket. One with several mutations counts as so many. */
  requestsPerMinute?: number | null | undefined;
  /** Streams that are open at once, in each process of the service; `used` counts those of one process. */
  streams?: number | null | undefined;
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

/** What to change; what is left out or null stays. */
export type UpdateWebhookEndpointInput = {
  /** Who is mailed when the endpoint is disabled because it answered 410 or failed for five days. */
  contactEmail?: string | null | undefined;
  /** Your own words, to tell endpoints apart. Up to 200 characters. */
  description?: string | null | undefined;
  /** False disables it: nothing is sent, and what waits is given up. True enables it again, for what happens from then on; `redeliverWebhooks` sends what was missed. */
  enabled?: boolean | null | undefined;
  /** The events to send from now on: at least one. */
  eventTypes?: Array<WebhookEventType> | null | undefined;
  /** Where messages are sent by POST: `https://`, of at most 2,048 characters, on the public internet. Addresses are checked at every attempt, and redirects are not followed. */
  url?: string | null | undefined;
};

/** Whether a message was received. */
export type WebhookDeliveryState =
  /** The endpoint answered with a status of 200 to 299. */
  | 'DELIVERED'
  /** Every attempt failed, or the endpoint was disabled; `redeliverWebhooks` sends it again. A test message is sent once. */
  | 'GIVEN_UP'
  /** It is sent as soon as it may be, and again after each failure. */
  | 'WAITING';

/** An event that can be sent to a webhook endpoint, and the `type` of its message: `company.active` for COMPANY_ACTIVE. Each is a `CompanyEventKind`. */
export type WebhookEventType =
  /** `company.active`: the event SUCCEEDED. */
  | 'COMPANY_ACTIVE'
  /** `company.address_corrected`: the event ADDRESS_CORRECTED. */
  | 'COMPANY_ADDRESS_CORRECTED'
  /** `company.cancel_requested`: the event CANCEL_REQUESTED. */
  | 'COMPANY_CANCEL_REQUESTED'
  /** `company.corrected`: the event CORRECTED. */
  | 'COMPANY_CORRECTED'
  /** `company.created`: the event CREATED. */
  | 'COMPANY_CREATED'
  /** `company.failed`: the event FAILED. */
  | 'COMPANY_FAILED'
  /** `company.provisioning`: the event CLAIMED. */
  | 'COMPANY_PROVISIONING'
  /** `company.queued`: the event QUEUED. */
  | 'COMPANY_QUEUED'
  /** `company.returned_to_draft`: the event RETURNED_TO_DRAFT. */
  | 'COMPANY_RETURNED_TO_DRAFT'
  /** `company.step_completed`: the event STEP_COMPLETED. */
  | 'COMPANY_STEP_COMPLETED'
  /** `company.step_progressed`: the event STEP_PROGRESSED. */
  | 'COMPANY_STEP_PROGRESSED'
  /** `company.step_retrying`: the event STEP_RETRYING. */
  | 'COMPANY_STEP_RETRYING'
  /** `company.step_started`: the event STEP_STARTED. */
  | 'COMPANY_STEP_STARTED'
  /** `company.taken_over`: the event TAKEN_OVER. */
  | 'COMPANY_TAKEN_OVER';

/** How the messages of an endpoint are signed, as Standard Webhooks specifies. */
export type WebhookSignature =
  /** With a key of which you have the public half only, `whpk_…`; the signature begins with `v1a,`. What verifies messages cannot sign any. */
  | 'ED25519'
  /** With a secret that you keep, `whsec_…`; the signature begins with `v1,`. Every library for Standard Webhooks verifies it. */
  | 'HMAC_SHA256';

export type ListedCompanyFragment = { id: string, companyName: string, siteName: string, status: CompanyStatus, progress: number, version: number, createdAt: string, provisioningCompletedAt: string | null, health: { state: CompanyHealthState, since: string } | null, failure: { message: string } | null };

export type CompanyPageQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: CompanyFilter | null | undefined;
}>;


export type CompanyPageQuery = { companies: { edges: Array<{ node: { id: string, companyName: string, siteName: string, status: CompanyStatus, progress: number, version: number, createdAt: string, provisioningCompletedAt: string | null, health: { state: CompanyHealthState, since: string } | null, failure: { message: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CompanyListQueryVariables = Exact<{
  first: number;
  filter?: CompanyFilter | null | undefined;
  text?: string | null | undefined;
}>;


export type CompanyListQuery = { companies: { edges: Array<{ node: { id: string, companyName: string, siteName: string, status: CompanyStatus, progress: number, version: number, createdAt: string, provisioningCompletedAt: string | null, health: { state: CompanyHealthState, since: string } | null, failure: { message: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, draft: { totalCount: number, totalCountIsExact: boolean }, queued: { totalCount: number, totalCountIsExact: boolean }, provisioning: { totalCount: number, totalCountIsExact: boolean }, active: { totalCount: number, totalCountIsExact: boolean }, failed: { totalCount: number, totalCountIsExact: boolean }, waiting: { edges: Array<{ node: { id: string, health: { since: string } | null } }> } };

export type CountFragment = { totalCount: number, totalCountIsExact: boolean };

export type CompaniesChangedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type CompaniesChangedSubscription = { companiesStatusChanged: { cursor: string, node: { version: number, status: CompanyStatus, progress: number, company: { id: string } } } };

export type CompanyQueryVariables = Exact<{
  id: string | number;
}>;


export type CompanyQuery = { company: { id: string, companyName: string, companyAbbr: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, version: number, attempt: number, progress: number, createdAt: string, provisioningStartedAt: string | null, provisioningCompletedAt: string | null, adminEmail: string, customerEmail: string, country: string, defaultCurrency: string, timeZone: string | null, locale: string | null, apps: Array<string>, externalReference: string | null, metadata: Array<{ key: string, value: string }>, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null } | null } | null };

export type CompanyLogAccessQueryVariables = Exact<{
  id: string | number;
}>;


export type CompanyLogAccessQuery = { company: { log: { edges: Array<{ node: { number: number } }> } | null } | null };

export type WatchedCompanyFragment = { id: string, companyName: string, companyAbbr: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, version: number, attempt: number, progress: number, createdAt: string, provisioningStartedAt: string | null, provisioningCompletedAt: string | null, adminEmail: string, customerEmail: string, country: string, defaultCurrency: string, timeZone: string | null, locale: string | null, apps: Array<string>, externalReference: string | null, metadata: Array<{ key: string, value: string }>, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null } | null };

export type FailureDetailQueryVariables = Exact<{
  id: string | number;
}>;


export type FailureDetailQuery = { company: { failure: { detail: string | null } | null } | null };

export type UndeliveredMailsQueryVariables = Exact<{ [key: string]: never; }>;


export type UndeliveredMailsQuery = { serviceStatus: { undeliveredMails: { edges: Array<{ node: { state: UndeliveredState, tries: number, dueAt: string | null, company: { id: string } | null } }>, pageInfo: { hasNextPage: boolean } } } };

export type CompanyChangedSubscriptionVariables = Exact<{
  id: string | number;
  since?: number | null | undefined;
}>;


export type CompanyChangedSubscription = { companyStatusChanged: { version: number, status: CompanyStatus, kind: CompanyEventKind, step: string | null, reason: FailureReason | null, progress: number, message: string, occurredAt: string } };

export type LogPrintedSubscriptionVariables = Exact<{
  id: string | number;
  since?: number | null | undefined;
}>;


export type LogPrintedSubscription = { provisioningLog: { number: number, attempt: number, step: string, text: string, writtenAt: string } };

export type CancelMutationVariables = Exact<{
  id: string | number;
  version?: number | null | undefined;
}>;


export type CancelMutation = { cancelProvisioning:
    | { __typename: 'CancelProvisioningSuccess', message: string, company: { id: string, companyName: string, companyAbbr: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, version: number, attempt: number, progress: number, createdAt: string, provisioningStartedAt: string | null, provisioningCompletedAt: string | null, adminEmail: string, customerEmail: string, country: string, defaultCurrency: string, timeZone: string | null, locale: string | null, apps: Array<string>, externalReference: string | null, metadata: Array<{ key: string, value: string }>, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null } | null } }
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ReadOnly', message: string }
    | { __typename: 'VersionConflict', message: string }
    | { __typename: 'WrongStatus', message: string }
   };

export type ProvisionMutationVariables = Exact<{
  id: string | number;
  version?: number | null | undefined;
}>;


export type ProvisionMutation = { provisionCompany:
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ProvisionCompanySuccess', message: string, company: { id: string, companyName: string, companyAbbr: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, version: number, attempt: number, progress: number, createdAt: string, provisioningStartedAt: string | null, provisioningCompletedAt: string | null, adminEmail: string, customerEmail: string, country: string, defaultCurrency: string, timeZone: string | null, locale: string | null, apps: Array<string>, externalReference: string | null, metadata: Array<{ key: string, value: string }>, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null } | null } }
    | { __typename: 'QuotaExceeded', message: string, retryAt: string }
    | { __typename: 'ReadOnly', message: string }
    | { __typename: 'VersionConflict', message: string }
    | { __typename: 'WrongStatus', message: string }
   };

export type OperatorQueryVariables = Exact<{ [key: string]: never; }>;


export type OperatorQuery = { serviceStatus: { workerCount: number } };

export type PartnerQueryVariables = Exact<{ [key: string]: never; }>;


export type PartnerQuery = { apiKeys: { pageInfo: { hasNextPage: boolean } } };

export type NewCompanyOptionsQueryVariables = Exact<{ [key: string]: never; }>;


export type NewCompanyOptionsQuery = { provisioningOptions: { timeZones: Array<string>, languages: Array<string>, domainSuffixes: Array<string>, apps: Array<{ name: string, isDefault: boolean }>, countries: Array<{ code: string, name: string, timeZone: string, currency: string | null }>, currencies: Array<{ code: string, name: string }> } };

export type CheckCompanyQueryVariables = Exact<{
  input: CreateCompanyInput;
}>;


export type CheckCompanyQuery = { checkCompany: { siteUrl: string | null, estimatedSeconds: number | null, problems: Array<
      | { __typename: 'QuotaExceeded', message: string }
      | { __typename: 'SiteNameTaken', field: string, message: string, holder: { id: string } | null }
      | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, message: string }> }
    > } };

export type CreateCompanyMutationVariables = Exact<{
  input: CreateCompanyInput;
}>;


export type CreateCompanyMutation = { createCompany:
    | { __typename: 'CreateCompanySuccess', message: string, company: { id: string } }
    | { __typename: 'IdempotencyKeyReused', field: string, message: string }
    | { __typename: 'QuotaExceeded', message: string }
    | { __typename: 'SiteNameTaken', field: string, message: string, holder: { id: string } | null }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, message: string }> }
   };

type CompanyProblem_AlreadyMailed_Fragment = { __typename: 'AlreadyMailed', field: string, message: string };

type CompanyProblem_ApiKeyNotFound_Fragment = { __typename: 'ApiKeyNotFound', field: string, message: string };

type CompanyProblem_IdempotencyKeyReused_Fragment = { __typename: 'IdempotencyKeyReused', field: string, message: string };

type CompanyProblem_MailAlreadySent_Fragment = { __typename: 'MailAlreadySent', field: string, message: string };

type CompanyProblem_MailBeingSent_Fragment = { __typename: 'MailBeingSent', field: string, message: string };

type CompanyProblem_MailNotFound_Fragment = { __typename: 'MailNotFound', field: string, message: string };

type CompanyProblem_NotFound_Fragment = { __typename: 'NotFound', field: string, message: string };

type CompanyProblem_QuotaExceeded_Fragment = { __typename: 'QuotaExceeded', message: string };

type CompanyProblem_ReadOnly_Fragment = { __typename: 'ReadOnly', field: string, message: string };

type CompanyProblem_SiteNameTaken_Fragment = { __typename: 'SiteNameTaken', field: string, message: string, holder: { id: string } | null };

type CompanyProblem_TooManyApiKeys_Fragment = { __typename: 'TooManyApiKeys', message: string };

type CompanyProblem_TooManyWebhookEndpoints_Fragment = { __typename: 'TooManyWebhookEndpoints', message: string };

type CompanyProblem_ValidationError_Fragment = { __typename: 'ValidationError', message: string, faults: Array<{ field: string, message: string }> };

type CompanyProblem_VersionConflict_Fragment = { __typename: 'VersionConflict', field: string, message: string };

type CompanyProblem_WebhookEndpointDisabled_Fragment = { __typename: 'WebhookEndpointDisabled', field: string, message: string };

type CompanyProblem_WebhookEndpointNotFound_Fragment = { __typename: 'WebhookEndpointNotFound', field: string, message: string };

type CompanyProblem_WrongStatus_Fragment = { __typename: 'WrongStatus', field: string, message: string };

export type CompanyProblemFragment =
  | CompanyProblem_AlreadyMailed_Fragment
  | CompanyProblem_ApiKeyNotFound_Fragment
  | CompanyProblem_IdempotencyKeyReused_Fragment
  | CompanyProblem_MailAlreadySent_Fragment
  | CompanyProblem_MailBeingSent_Fragment
  | CompanyProblem_MailNotFound_Fragment
  | CompanyProblem_NotFound_Fragment
  | CompanyProblem_QuotaExceeded_Fragment
  | CompanyProblem_ReadOnly_Fragment
  | CompanyProblem_SiteNameTaken_Fragment
  | CompanyProblem_TooManyApiKeys_Fragment
  | CompanyProblem_TooManyWebhookEndpoints_Fragment
  | CompanyProblem_ValidationError_Fragment
  | CompanyProblem_VersionConflict_Fragment
  | CompanyProblem_WebhookEndpointDisabled_Fragment
  | CompanyProblem_WebhookEndpointNotFound_Fragment
  | CompanyProblem_WrongStatus_Fragment
;

export type ServiceQueryVariables = Exact<{ [key: string]: never; }>;


export type ServiceQuery = { serviceStatus: { waiting: number, oldestWaitingSince: string | null, stalled: number, runningCount: number, workerCount: number, workers: Array<{ name: string, startedAt: string, seenAt: string, lateLoops: Array<string> }>, mailAccountFault: { since: string, cause: string, waitingMails: number } | null, running: Array<{ worker: string, claims: number, leaseAgeSeconds: number, deadlineAt: string, company: { id: string, companyName: string, progress: number } }>, undeliveredMails: { edges: Array<{ node: { id: string, kind: MailKind, state: UndeliveredState, recipient: string, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, webhookEndpointId: string | null, company: { id: string, companyName: string } | null } }>, pageInfo: { hasNextPage: boolean } } } };

export type UndeliveredMailFragment = { id: string, kind: MailKind, state: UndeliveredState, recipient: string, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, webhookEndpointId: string | null, company: { id: string, companyName: string } | null };

export type ResendMutationVariables = Exact<{
  mailId: string | number;
  recipient?: string | null | undefined;
}>;


export type ResendMutation = { resendMail:
    | { __typename: 'MailAlreadySent', message: string }
    | { __typename: 'MailBeingSent', message: string }
    | { __typename: 'MailNotFound', message: string }
    | { __typename: 'ResendMailSuccess', message: string }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, message: string }> }
   };

export type QuotasQueryVariables = Exact<{
  owner?: OwnerInput | null | undefined;
}>;


export type QuotasQuery = { quotas: { owner: { subject: string | null, tenant: string | null }, companiesPerDay: { isOverridden: boolean, limit: number, used: number }, companiesWaiting: { isOverridden: boolean, limit: number, used: number }, attemptsAtOnce: { isOverridden: boolean, limit: number, used: number }, requestsPerMinute: { isOverridden: boolean, limit: number, used: number }, streams: { isOverridden: boolean, limit: number, used: number } } };

export type SetQuotasMutationVariables = Exact<{
  owner: OwnerInput;
  input: SetQuotasInput;
}>;


export type SetQuotasMutation = { setQuotas:
    | { __typename: 'SetQuotasSuccess', message: string, quotas: { owner: { subject: string | null, tenant: string | null }, companiesPerDay: { isOverridden: boolean, limit: number, used: number }, companiesWaiting: { isOverridden: boolean, limit: number, used: number }, attemptsAtOnce: { isOverridden: boolean, limit: number, used: number }, requestsPerMinute: { isOverridden: boolean, limit: number, used: number }, streams: { isOverridden: boolean, limit: number, used: number } } }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, message: string }> }
   };

export type OwnerQuotasFragment = { owner: { subject: string | null, tenant: string | null }, companiesPerDay: { isOverridden: boolean, limit: number, used: number }, companiesWaiting: { isOverridden: boolean, limit: number, used: number }, attemptsAtOnce: { isOverridden: boolean, limit: number, used: number }, requestsPerMinute: { isOverridden: boolean, limit: number, used: number }, streams: { isOverridden: boolean, limit: number, used: number } };

export type QuotaFragment = { isOverridden: boolean, limit: number, used: number };

export type ApiKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type ApiKeysQuery = { apiKeys: { edges: Array<{ node: { id: string, name: string, scopes: Array<ApiKeyScope>, createdAt: string, expiresAt: string, lastUsedOn: string | null, revokedAt: string | null, owner: { subject: string | null, tenant: string | null } } }> } };

export type ListedKeyFragment = { id: string, name: string, scopes: Array<ApiKeyScope>, createdAt: string, expiresAt: string, lastUsedOn: string | null, revokedAt: string | null, owner: { subject: string | null, tenant: string | null } };

export type CreateKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateKeyMutation = { createApiKey:
    | { __typename: 'CreateApiKeySuccess', message: string, key: string }
    | { __typename: 'TooManyApiKeys', message: string }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, message: string }> }
   };

export type RevokeKeyMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeKeyMutation = { revokeApiKey:
    | { __typename: 'ApiKeyNotFound', message: string }
    | { __typename: 'RevokeApiKeySuccess', message: string }
   };

export type WebhookEndpointsQueryVariables = Exact<{ [key: string]: never; }>;


export type WebhookEndpointsQuery = { webhookEndpoints: { edges: Array<{ node: { id: string, url: string, description: string, eventTypes: Array<WebhookEventType>, failingSince: string | null, disabledAt: string | null } }> } };

export type ListedEndpointFragment = { id: string, url: string, description: string, eventTypes: Array<WebhookEventType>, failingSince: string | null, disabledAt: string | null };

export type WebhookDeliveriesQueryVariables = Exact<{
  endpointId: string | number;
}>;


export type WebhookDeliveriesQuery = { webhookDeliveries: { edges: Array<{ node: { id: string, type: string, state: WebhookDeliveryState, companyId: string | null, attempts: number, responseStatus: number | null, createdAt: string } }> } };

export type CreateEndpointMutationVariables = Exact<{
  input: CreateWebhookEndpointInput;
}>;


export type CreateEndpointMutation = { createWebhookEndpoint:
    | { __typename: 'TooManyWebhookEndpoints', message: string }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, message: string }> }
    | { __typename: 'WebhookSecretSuccess', message: string, secret: string | null }
   };

export type TestEndpointMutationVariables = Exact<{
  endpointId: string | number;
}>;


export type TestEndpointMutation = { sendTestWebhook:
    | { __typename: 'SendTestWebhookSuccess', message: string }
    | { __typename: 'WebhookEndpointDisabled', message: string }
    | { __typename: 'WebhookEndpointNotFound', message: string }
   };

export type UpdateEndpointMutationVariables = Exact<{
  endpointId: string | number;
  input: UpdateWebhookEndpointInput;
}>;


export type UpdateEndpointMutation = { updateWebhookEndpoint:
    | { __typename: 'ValidationError', message: string }
    | { __typename: 'WebhookEndpointNotFound', message: string }
    | { __typename: 'WebhookEndpointSuccess', message: string }
   };

export type RotateSecretMutationVariables = Exact<{
  endpointId: string | number;
}>;


export type RotateSecretMutation = { rotateWebhookSecret:
    | { __typename: 'WebhookEndpointNotFound', message: string }
    | { __typename: 'WebhookSecretSuccess', message: string, secret: string | null }
   };

export type DeleteEndpointMutationVariables = Exact<{
  endpointId: string | number;
}>;


export type DeleteEndpointMutation = { deleteWebhookEndpoint:
    | { __typename: 'DeleteWebhookEndpointSuccess', message: string }
    | { __typename: 'WebhookEndpointNotFound', message: string }
   };

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
export const ListedCompanyFragmentDoc = new TypedDocumentString(`
    fragment ListedCompany on Company {
  id
  companyName
  siteName
  status
  progress
  version
  createdAt
  provisioningCompletedAt
  health {
    state
    since
  }
  failure {
    message
  }
}
    `, {"fragmentName":"ListedCompany"}) as unknown as TypedDocumentString<ListedCompanyFragment, unknown>;
export const CountFragmentDoc = new TypedDocumentString(`
    fragment Count on CompanyConnection {
  totalCount
  totalCountIsExact
}
    `, {"fragmentName":"Count"}) as unknown as TypedDocumentString<CountFragment, unknown>;
export const WatchedCompanyFragmentDoc = new TypedDocumentString(`
    fragment WatchedCompany on Company {
  id
  companyName
  companyAbbr
  status
  siteStatus
  siteName
  siteUrl
  version
  attempt
  progress
  createdAt
  provisioningStartedAt
  provisioningCompletedAt
  adminEmail
  customerEmail
  country
  defaultCurrency
  timeZone
  locale
  apps
  externalReference
  metadata {
    key
    value
  }
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
    referenceId
    step
  }
}
    `, {"fragmentName":"WatchedCompany"}) as unknown as TypedDocumentString<WatchedCompanyFragment, unknown>;
export const CompanyProblemFragmentDoc = new TypedDocumentString(`
    fragment CompanyProblem on Problem {
  __typename
  message
  ... on ValidationError {
    faults {
      field
      message
    }
  }
  ... on FieldProblem {
    field
  }
  ... on SiteNameTaken {
    holder {
      id
    }
  }
}
    `, {"fragmentName":"CompanyProblem"}) as unknown as TypedDocumentString<CompanyProblemFragment, unknown>;
export const UndeliveredMailFragmentDoc = new TypedDocumentString(`
    fragment UndeliveredMail on UndeliveredMail {
  id
  kind
  state
  recipient
  tries
  dueAt
  lastError
  createdAt
  webhookEndpointId
  company {
    id
    companyName
  }
}
    `, {"fragmentName":"UndeliveredMail"}) as unknown as TypedDocumentString<UndeliveredMailFragment, unknown>;
export const QuotaFragmentDoc = new TypedDocumentString(`
    fragment Quota on Quota {
  isOverridden
  limit
  used
}
    `, {"fragmentName":"Quota"}) as unknown as TypedDocumentString<QuotaFragment, unknown>;
export const OwnerQuotasFragmentDoc = new TypedDocumentString(`
    fragment OwnerQuotas on Quotas {
  owner {
    subject
    tenant
  }
  companiesPerDay {
    ...Quota
  }
  companiesWaiting {
    ...Quota
  }
  attemptsAtOnce {
    ...Quota
  }
  requestsPerMinute {
    ...Quota
  }
  streams {
    ...Quota
  }
}
    fragment Quota on Quota {
  isOverridden
  limit
  used
}`, {"fragmentName":"OwnerQuotas"}) as unknown as TypedDocumentString<OwnerQuotasFragment, unknown>;
export const ListedKeyFragmentDoc = new TypedDocumentString(`
    fragment ListedKey on ApiKey {
  id
  name
  scopes
  owner {
    subject
    tenant
  }
  createdAt
  expiresAt
  lastUsedOn
  revokedAt
}
    `, {"fragmentName":"ListedKey"}) as unknown as TypedDocumentString<ListedKeyFragment, unknown>;
export const ListedEndpointFragmentDoc = new TypedDocumentString(`
    fragment ListedEndpoint on WebhookEndpoint {
  id
  url
  description
  eventTypes
  failingSince
  disabledAt
}
    `, {"fragmentName":"ListedEndpoint"}) as unknown as TypedDocumentString<ListedEndpointFragment, unknown>;
export const CompanyPageDocument = new TypedDocumentString(`
    query CompanyPage($first: Int!, $after: String, $filter: CompanyFilter) {
  companies(first: $first, after: $after, filter: $filter) {
    edges {
      node {
        ...ListedCompany
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ListedCompany on Company {
  id
  companyName
  siteName
  status
  progress
  version
  createdAt
  provisioningCompletedAt
  health {
    state
    since
  }
  failure {
    message
  }
}`) as unknown as TypedDocumentString<CompanyPageQuery, CompanyPageQueryVariables>;
export const CompanyListDocument = new TypedDocumentString(`
    query CompanyList($first: Int!, $filter: CompanyFilter, $text: String) {
  companies(first: $first, filter: $filter) {
    edges {
      node {
        ...ListedCompany
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  draft: companies(first: 0, filter: { status: [DRAFT], text: $text }) {
    ...Count
  }
  queued: companies(first: 0, filter: { status: [QUEUED], text: $text }) {
    ...Count
  }
  provisioning: companies(
    first: 0
    filter: { status: [PROVISIONING], text: $text }
  ) {
    ...Count
  }
  active: companies(first: 0, filter: { status: [ACTIVE], text: $text }) {
    ...Count
  }
  failed: companies(first: 0, filter: { status: [FAILED], text: $text }) {
    ...Count
  }
  waiting: companies(last: 1, filter: { status: [QUEUED] }) {
    edges {
      node {
        id
        health {
          since
        }
      }
    }
  }
}
    fragment ListedCompany on Company {
  id
  companyName
  siteName
  status
  progress
  version
  createdAt
  provisioningCompletedAt
  health {
    state
    since
  }
  failure {
    message
  }
}
fragment Count on CompanyConnection {
  totalCount
  totalCountIsExact
}`) as unknown as TypedDocumentString<CompanyListQuery, CompanyListQueryVariables>;
export const CompaniesChangedDocument = new TypedDocumentString(`
    subscription CompaniesChanged($after: String) {
  companiesStatusChanged(after: $after) {
    cursor
    node {
      version
      status
      progress
      company {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CompaniesChangedSubscription, CompaniesChangedSubscriptionVariables>;
export const CompanyDocument = new TypedDocumentString(`
    query Company($id: ID!) {
  company(id: $id) {
    ...WatchedCompany
  }
}
    fragment WatchedCompany on Company {
  id
  companyName
  companyAbbr
  status
  siteStatus
  siteName
  siteUrl
  version
  attempt
  progress
  createdAt
  provisioningStartedAt
  provisioningCompletedAt
  adminEmail
  customerEmail
  country
  defaultCurrency
  timeZone
  locale
  apps
  externalReference
  metadata {
    key
    value
  }
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
    referenceId
    step
  }
}`) as unknown as TypedDocumentString<CompanyQuery, CompanyQueryVariables>;
export const CompanyLogAccessDocument = new TypedDocumentString(`
    query CompanyLogAccess($id: ID!) {
  company(id: $id) {
    log(last: 1) {
      edges {
        node {
          number
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CompanyLogAccessQuery, CompanyLogAccessQueryVariables>;
export const FailureDetailDocument = new TypedDocumentString(`
    query FailureDetail($id: ID!) {
  company(id: $id) {
    failure {
      detail
    }
  }
}
    `) as unknown as TypedDocumentString<FailureDetailQuery, FailureDetailQueryVariables>;
export const UndeliveredMailsDocument = new TypedDocumentString(`
    query UndeliveredMails {
  serviceStatus {
    undeliveredMails(first: 100) {
      edges {
        node {
          state
          tries
          dueAt
          company {
            id
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UndeliveredMailsQuery, UndeliveredMailsQueryVariables>;
export const CompanyChangedDocument = new TypedDocumentString(`
    subscription CompanyChanged($id: ID!, $since: Int) {
  companyStatusChanged(companyId: $id, sinceVersion: $since) {
    version
    status
    kind
    step
    reason
    progress
    message
    occurredAt
  }
}
    `) as unknown as TypedDocumentString<CompanyChangedSubscription, CompanyChangedSubscriptionVariables>;
export const LogPrintedDocument = new TypedDocumentString(`
    subscription LogPrinted($id: ID!, $since: Int) {
  provisioningLog(companyId: $id, sinceLine: $since) {
    number
    attempt
    step
    text
    writtenAt
  }
}
    `) as unknown as TypedDocumentString<LogPrintedSubscription, LogPrintedSubscriptionVariables>;
export const CancelDocument = new TypedDocumentString(`
    mutation Cancel($id: ID!, $version: Int) {
  cancelProvisioning(companyId: $id, expectedVersion: $version) {
    __typename
    ... on CancelProvisioningSuccess {
      message
      company {
        ...WatchedCompany
      }
    }
    ... on Problem {
      message
    }
  }
}
    fragment WatchedCompany on Company {
  id
  companyName
  companyAbbr
  status
  siteStatus
  siteName
  siteUrl
  version
  attempt
  progress
  createdAt
  provisioningStartedAt
  provisioningCompletedAt
  adminEmail
  customerEmail
  country
  defaultCurrency
  timeZone
  locale
  apps
  externalReference
  metadata {
    key
    value
  }
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
    referenceId
    step
  }
}`) as unknown as TypedDocumentString<CancelMutation, CancelMutationVariables>;
export const ProvisionDocument = new TypedDocumentString(`
    mutation Provision($id: ID!, $version: Int) {
  provisionCompany(companyId: $id, expectedVersion: $version) {
    __typename
    ... on ProvisionCompanySuccess {
      message
      company {
        ...WatchedCompany
      }
    }
    ... on Problem {
      message
    }
    ... on QuotaExceeded {
      retryAt
    }
  }
}
    fragment WatchedCompany on Company {
  id
  companyName
  companyAbbr
  status
  siteStatus
  siteName
  siteUrl
  version
  attempt
  progress
  createdAt
  provisioningStartedAt
  provisioningCompletedAt
  adminEmail
  customerEmail
  country
  defaultCurrency
  timeZone
  locale
  apps
  externalReference
  metadata {
    key
    value
  }
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
    referenceId
    step
  }
}`) as unknown as TypedDocumentString<ProvisionMutation, ProvisionMutationVariables>;
export const OperatorDocument = new TypedDocumentString(`
    query Operator {
  serviceStatus {
    workerCount
  }
}
    `) as unknown as TypedDocumentString<OperatorQuery, OperatorQueryVariables>;
export const PartnerDocument = new TypedDocumentString(`
    query Partner {
  apiKeys(first: 0) {
    pageInfo {
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<PartnerQuery, PartnerQueryVariables>;
export const NewCompanyOptionsDocument = new TypedDocumentString(`
    query NewCompanyOptions {
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
    `) as unknown as TypedDocumentString<NewCompanyOptionsQuery, NewCompanyOptionsQueryVariables>;
export const CheckCompanyDocument = new TypedDocumentString(`
    query CheckCompany($input: CreateCompanyInput!) {
  checkCompany(input: $input) {
    problems {
      ...CompanyProblem
    }
    siteUrl
    estimatedSeconds
  }
}
    fragment CompanyProblem on Problem {
  __typename
  message
  ... on ValidationError {
    faults {
      field
      message
    }
  }
  ... on FieldProblem {
    field
  }
  ... on SiteNameTaken {
    holder {
      id
    }
  }
}`) as unknown as TypedDocumentString<CheckCompanyQuery, CheckCompanyQueryVariables>;
export const CreateCompanyDocument = new TypedDocumentString(`
    mutation CreateCompany($input: CreateCompanyInput!) {
  createCompany(input: $input) {
    __typename
    ... on CreateCompanySuccess {
      message
      company {
        id
      }
    }
    ...CompanyProblem
  }
}
    fragment CompanyProblem on Problem {
  __typename
  message
  ... on ValidationError {
    faults {
      field
      message
    }
  }
  ... on FieldProblem {
    field
  }
  ... on SiteNameTaken {
    holder {
      id
    }
  }
}`) as unknown as TypedDocumentString<CreateCompanyMutation, CreateCompanyMutationVariables>;
export const ServiceDocument = new TypedDocumentString(`
    query Service {
  serviceStatus {
    waiting
    oldestWaitingSince
    stalled
    runningCount
    workerCount
    workers {
      name
      startedAt
      seenAt
      lateLoops
    }
    mailAccountFault {
      since
      cause
      waitingMails
    }
    running {
      company {
        id
        companyName
        progress
      }
      worker
      claims
      leaseAgeSeconds
      deadlineAt
    }
    undeliveredMails(first: 50) {
      edges {
        node {
          ...UndeliveredMail
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    fragment UndeliveredMail on UndeliveredMail {
  id
  kind
  state
  recipient
  tries
  dueAt
  lastError
  createdAt
  webhookEndpointId
  company {
    id
    companyName
  }
}`) as unknown as TypedDocumentString<ServiceQuery, ServiceQueryVariables>;
export const ResendDocument = new TypedDocumentString(`
    mutation Resend($mailId: ID!, $recipient: String) {
  resendMail(mailId: $mailId, recipient: $recipient) {
    __typename
    ... on Problem {
      message
    }
    ... on ValidationError {
      faults {
        field
        message
      }
    }
    ... on ResendMailSuccess {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResendMutation, ResendMutationVariables>;
export const QuotasDocument = new TypedDocumentString(`
    query Quotas($owner: OwnerInput) {
  quotas(owner: $owner) {
    ...OwnerQuotas
  }
}
    fragment OwnerQuotas on Quotas {
  owner {
    subject
    tenant
  }
  companiesPerDay {
    ...Quota
  }
  companiesWaiting {
    ...Quota
  }
  attemptsAtOnce {
    ...Quota
  }
  requestsPerMinute {
    ...Quota
  }
  streams {
    ...Quota
  }
}
fragment Quota on Quota {
  isOverridden
  limit
  used
}`) as unknown as TypedDocumentString<QuotasQuery, QuotasQueryVariables>;
export const SetQuotasDocument = new TypedDocumentString(`
    mutation SetQuotas($owner: OwnerInput!, $input: SetQuotasInput!) {
  setQuotas(owner: $owner, input: $input) {
    __typename
    ... on ValidationError {
      message
      faults {
        field
        message
      }
    }
    ... on SetQuotasSuccess {
      message
      quotas {
        ...OwnerQuotas
      }
    }
  }
}
    fragment OwnerQuotas on Quotas {
  owner {
    subject
    tenant
  }
  companiesPerDay {
    ...Quota
  }
  companiesWaiting {
    ...Quota
  }
  attemptsAtOnce {
    ...Quota
  }
  requestsPerMinute {
    ...Quota
  }
  streams {
    ...Quota
  }
}
fragment Quota on Quota {
  isOverridden
  limit
  used
}`) as unknown as TypedDocumentString<SetQuotasMutation, SetQuotasMutationVariables>;
export const ApiKeysDocument = new TypedDocumentString(`
    query ApiKeys {
  apiKeys(first: 100) {
    edges {
      node {
        ...ListedKey
      }
    }
  }
}
    fragment ListedKey on ApiKey {
  id
  name
  scopes
  owner {
    subject
    tenant
  }
  createdAt
  expiresAt
  lastUsedOn
  revokedAt
}`) as unknown as TypedDocumentString<ApiKeysQuery, ApiKeysQueryVariables>;
export const CreateKeyDocument = new TypedDocumentString(`
    mutation CreateKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on Problem {
      message
    }
    ... on ValidationError {
      faults {
        field
        message
      }
    }
    ... on CreateApiKeySuccess {
      message
      key
    }
  }
}
    `) as unknown as TypedDocumentString<CreateKeyMutation, CreateKeyMutationVariables>;
export const RevokeKeyDocument = new TypedDocumentString(`
    mutation RevokeKey($id: ID!) {
  revokeApiKey(id: $id) {
    __typename
    ... on Problem {
      message
    }
    ... on RevokeApiKeySuccess {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeKeyMutation, RevokeKeyMutationVariables>;
export const WebhookEndpointsDocument = new TypedDocumentString(`
    query WebhookEndpoints {
  webhookEndpoints(first: 100) {
    edges {
      node {
        ...ListedEndpoint
      }
    }
  }
}
    fragment ListedEndpoint on WebhookEndpoint {
  id
  url
  description
  eventTypes
  failingSince
  disabledAt
}`) as unknown as TypedDocumentString<WebhookEndpointsQuery, WebhookEndpointsQueryVariables>;
export const WebhookDeliveriesDocument = new TypedDocumentString(`
    query WebhookDeliveries($endpointId: ID!) {
  webhookDeliveries(endpointId: $endpointId, first: 20) {
    edges {
      node {
        id
        type
        state
        companyId
        attempts
        responseStatus
        createdAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookDeliveriesQuery, WebhookDeliveriesQueryVariables>;
export const CreateEndpointDocument = new TypedDocumentString(`
    mutation CreateEndpoint($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) {
    __typename
    ... on Problem {
      message
    }
    ... on ValidationError {
      faults {
        field
        message
      }
    }
    ... on WebhookSecretSuccess {
      message
      secret
    }
  }
}
    `) as unknown as TypedDocumentString<CreateEndpointMutation, CreateEndpointMutationVariables>;
export const TestEndpointDocument = new TypedDocumentString(`
    mutation TestEndpoint($endpointId: ID!) {
  sendTestWebhook(endpointId: $endpointId) {
    __typename
    ... on Problem {
      message
    }
    ... on SendTestWebhookSuccess {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<TestEndpointMutation, TestEndpointMutationVariables>;
export const UpdateEndpointDocument = new TypedDocumentString(`
    mutation UpdateEndpoint($endpointId: ID!, $input: UpdateWebhookEndpointInput!) {
  updateWebhookEndpoint(endpointId: $endpointId, input: $input) {
    __typename
    ... on Problem {
      message
    }
    ... on WebhookEndpointSuccess {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateEndpointMutation, UpdateEndpointMutationVariables>;
export const RotateSecretDocument = new TypedDocumentString(`
    mutation RotateSecret($endpointId: ID!) {
  rotateWebhookSecret(endpointId: $endpointId) {
    __typename
    ... on Problem {
      message
    }
    ... on WebhookSecretSuccess {
      message
      secret
    }
  }
}
    `) as unknown as TypedDocumentString<RotateSecretMutation, RotateSecretMutationVariables>;
export const DeleteEndpointDocument = new TypedDocumentString(`
    mutation DeleteEndpoint($endpointId: ID!) {
  deleteWebhookEndpoint(endpointId: $endpointId) {
    __typename
    ... on Problem {
      message
    }
    ... on DeleteWebhookEndpointSuccess {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteEndpointMutation, DeleteEndpointMutationVariables>;