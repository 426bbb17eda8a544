/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What an entry of the audit log tells of. */
export type AuditAction =
  /** The mutation `cancelProvisioning`. */
  | 'CANCEL_PROVISIONING'
  /** `resendMail` gave the company another `customerEmail`. */
  | 'CORRECT_ADDRESS'
  /** The mutation `createCompany`. */
  | 'CREATE_COMPANY'
  /** Somebody was not let in. `outcome` is NO_TOKEN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_INVALID or CLAIMS_INVALID, and `address` a network: all of its refusals within a minute are one entry. */
  | 'LOG_IN'
  /** The mutation `provisionCompany`. */
  | 'PROVISION_COMPANY'
  /** An operator read what the site host said of another’s failure, its `detail`. Told once a minute. */
  | 'READ_FAILURE'
  /** An operator read where a mail about another’s company goes, or why it did not arrive. Told once a minute. */
  | 'READ_MAIL'
  /** The mutation `resendMail`. */
  | 'RESEND_MAIL'
  /** The mutation `revokeToken`. */
  | 'REVOKE_TOKEN'
  /** The mutation `revokeTokensOf`. */
  | 'REVOKE_TOKENS_OF';

/** Which entries to list; what is left out does not matter. */
export type AuditFilter = {
  /** About this company. */
  companyId?: string | number | null | undefined;
  /** By this subject. Up to 255 characters. */
  subject?: string | null | undefined;
};

/** What an event of a company tells. */
export type CompanyEventKind =
  /** An operator corrected `customerEmail`, since a mail did not arrive. The status stays as it is; this may come after ACTIVE or FAILED. */
  | 'ADDRESS_CORRECTED'
  /** Somebody cancelled while a worker was at work, which now stops. */
  | 'CANCEL_REQUESTED'
  /** A worker began the attempt. */
  | 'CLAIMED'
  /** The company was asked for: saved as a draft, or queued at once. Always version 1. */
  | 'CREATED'
  /** The attempt ended without a site; `company.failure` says why. */
  | 'FAILED'
  /** A draft, or a failed company, was queued for an attempt. */
  | 'QUEUED'
  /** Somebody cancelled before a worker began; the company is a draft again. */
  | 'RETURNED_TO_DRAFT'
  /** A step ended, and its effect was verified. */
  | 'STEP_COMPLETED'
  /** A step is under way: `progress` rose. */
  | 'STEP_PROGRESSED'
  /** A step was interrupted or met an error that may pass, and is tried again. */
  | 'STEP_RETRYING'
  /** A step began. */
  | 'STEP_STARTED'
  /** The site was made and verified: the company is ACTIVE. */
  | 'SUCCEEDED'
  /** Another worker goes on with the attempt; its worker is gone or has handed it back. */
  | 'TAKEN_OVER';

/** Which companies to list; what is left out does not matter. */
export type CompanyFilter = {
  /** In one of these statuses. */
  status?: Array<CompanyStatus> | null | undefined;
  /** Found in the name, abbreviation, id, site name or admin e-mail, whatever the case. Up to 140 characters. */
  text?: string | null | undefined;
};

/** Whether a company only needs time, or meets errors. */
export type CompanyHealthState =
  /** The present step met an error that may pass, and is tried again. */
  | 'RETRYING'
  /** Nobody is at work on it: no worker lives, or its worker is not heard of any more. It goes on, or ends as FAILED, by itself. */
  | 'STALLED'
  /** All workers are busy, or one has just handed it back; its turn comes by itself. */
  | 'WAITING_FOR_WORKER'
  /** A worker is at work and has met no error in the present step. */
  | 'WORKING';

/** What is bounded for each customer and each partner. */
export type CompanyQuota =
  /** Companies that were created within 24 hours, drafts among them. */
  | 'COMPANIES_PER_DAY'
  /** Companies that are QUEUED at once. */
  | 'COMPANIES_WAITING';

/** Where a company stands. */
export type CompanyStatus =
  /** The site was made and verified; the credentials are mailed. */
  | 'ACTIVE'
  /** Saved, and waiting for `provisionCompany`. */
  | 'DRAFT'
  /** The attempt ended without a site; `failure` says why, and `provisionCompany` tries again. */
  | 'FAILED'
  /** A worker is making the site. */
  | 'PROVISIONING'
  /** Durably queued, and waiting for a worker. */
  | 'QUEUED';

/** A company, and the site that it shall get. */
export type CreateCompanyInput = {
  /** Who logs in to the site: a single plain address (RFC 5321), up to 140 characters. */
  adminEmail: string;
  /** 8 to 512 characters without control characters. Kept sealed until it was mailed, then erased. */
  adminPassword: string;
  /** The apps to install, by name; up to 20. By default `erpnext` where it is offered. */
  apps?: Array<string> | null | undefined;
  /** 1 to 10 letters (A–Z, a–z) or digits, e.g. `ACME`. */
  companyAbbr: string;
  /** At least one letter or digit, and with the abbreviation at most 137 characters; no control or invisible characters. */
  companyName: string;
  /** The English name as Frappe, CLDR or ISO 3166 spells it, or the ISO 3166 code of two or three letters. */
  country: string;
  /** Whom to mail. Partners and operators give it; customers are mailed at their own address. */
  customerEmail?: string | null | undefined;
  /** A code in use of ISO 4217, e.g. `USD`. */
  defaultCurrency: string;
  /** The site’s host name: two labels or more of letters, digits and hyphens (RFC 1123), e.g. `acme.localhost`, up to 180 characters. No label has two hyphens as its third and fourth character (RFC 5891). No two companies share one, and some are reserved. */
  domain: string;
  /** True: stay DRAFT until `provisionCompany`. False by default. */
  draft?: boolean | null | undefined;
  /** 1 to 200 visible ASCII characters of your choice. The same key with the same input answers the same company; with another input it is refused. (The password is compared until it is erased.) */
  idempotencyKey?: string | null | undefined;
  /** Of the site: a name of the IANA’s tz database, e.g. `Europe/Berlin`. By default that of the country’s capital. */
  timeZone?: string | null | undefined;
};

/** Why an attempt failed, as programs read it. */
export type FailureReason =
  /** An app could not be installed. */
  | 'APP_INSTALL_FAILED'
  /** An app that was asked for is not there. */
  | 'APP_NOT_AVAILABLE'
  /** It was cancelled, and what was made was taken back. */
  | 'CANCELLED'
  /** Where sites are made something is missing or does not answer. */
  | 'HOST_UNAVAILABLE'
  /** A fault of this service; `detail` has it for operators. */
  | 'INTERNAL'
  /** The company could not be set up on its site. */
  | 'SET_UP_FAILED'
  /** There is a site of this name that this company did not make. */
  | 'SITE_NAME_TAKEN'
  /** Its time ran out. */
  | 'TIMED_OUT'
  /** The site was made, but is not as it was asked for. */
  | 'VERIFICATION_FAILED'
  /** It was interrupted too often. */
  | 'WORKER_LOST';

/** What is wrong with a field, as programs read it. */
export type FaultCode =
  /** It stands there more than once. */
  | 'DUPLICATE'
  /** It holds characters that are not allowed there. */
  | 'INVALID_CHARACTERS'
  /** It is not written as such a thing is. */
  | 'INVALID_FORMAT'
  /** Your role may not give it. */
  | 'NOT_ALLOWED'
  /** It is empty, and must not be. */
  | 'REQUIRED'
  /** It is kept for other uses. */
  | 'RESERVED'
  /** It has too many characters or entries. */
  | 'TOO_LONG'
  /** It has too few characters. */
  | 'TOO_SHORT'
  /** It names something that is not there. */
  | 'UNKNOWN_VALUE';

/** What a mail tells. */
export type MailKind =
  /** The attempt failed, and why. */
  | 'SITE_FAILED'
  /** The site is ready; it carries the credentials. */
  | 'SITE_READY';

/** What stands of a company’s site. */
export type SiteStatus =
  /** The site answers and was verified. */
  | 'ACTIVE'
  /** The site is being made. */
  | 'CREATING'
  /** A failed attempt left a part of the site; the next attempt goes on from it. */
  | 'INCOMPLETE'
  /** There is no site. */
  | 'NOT_CREATED';

/** How far a step is. */
export type StepState =
  /** Its effect is there and was verified. */
  | 'DONE'
  /** It failed, or work was stopped in it. */
  | 'FAILED'
  /** It is being taken. */
  | 'RUNNING'
  /** Its turn has not come. */
  | 'WAITING';

/** Whether a mail that no server has accepted will be tried again. */
export type UndeliveredState =
  /** A server refused it for good; it waits for `resendMail`. */
  | 'REFUSED'
  /** It is tried again by itself, until a server accepts it or refuses it for good. */
  | 'WAITING';

export type CompanyFieldsFragment = { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null };

export type QuotaFieldsFragment = { quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean };

export type CreateCompanyMutationVariables = Exact<{
  input: CreateCompanyInput;
}>;


export type CreateCompanyMutation = { createCompany:
    | { __typename: 'CreateCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'IdempotencyKeyReused', message: string, field: string }
    | { __typename: 'QuotaExceeded', message: string, quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean }
    | { __typename: 'SiteNameTaken', message: string, field: string, domain: string, holder: { id: string } | null }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
   };

export type ProvisionCompanyMutationVariables = Exact<{
  companyId: string | number;
}>;


export type ProvisionCompanyMutation = { provisionCompany:
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ProvisionCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'QuotaExceeded', message: string, quota: CompanyQuota, limit: number, used: number, retryAt: string, perCustomer: boolean }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type CancelProvisioningMutationVariables = Exact<{
  companyId: string | number;
}>;


export type CancelProvisioningMutation = { cancelProvisioning:
    | { __typename: 'CancelProvisioningSuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'NotFound', message: string }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type CompanyQueryVariables = Exact<{
  id: string | number;
}>;


export type CompanyQuery = { company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } | null };

export type CompaniesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: CompanyFilter | null | undefined;
}>;


export type CompaniesQuery = { companies: { edges: Array<{ cursor: string, node: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type CompanyStatusChangedSubscriptionVariables = Exact<{
  companyId: string | number;
  sinceVersion?: number | null | undefined;
}>;


export type CompanyStatusChangedSubscription = { companyStatusChanged: { version: number, status: CompanyStatus, siteStatus: SiteStatus, kind: CompanyEventKind, step: string | null, reason: FailureReason | null, progress: number, message: string, occurredAt: string } };

export type OperationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type OperationsQuery = { operations: { waiting: number, oldestWaitingSince: string | null, stalled: number, workerCount: number, runningCount: number, workers: Array<{ name: string, startedAt: string, seenAt: string, lateLoops: Array<string> }>, running: Array<{ worker: string, claims: number, heldSince: string, leaseAgeSeconds: number, leasedUntil: string, deadlineAt: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, health: { state: CompanyHealthState, since: string, reason: string | null, nextTryAt: string | null } | null, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }>, mailAccountFault: { since: string, cause: string, waitingMails: number } | null, undeliveredMails: { edges: Array<{ cursor: string, node: { id: string, kind: MailKind, recipient: string, state: UndeliveredState, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, company: { id: string, customerEmail: string } } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } };

export type UndeliveredMailFieldsFragment = { id: string, kind: MailKind, recipient: string, state: UndeliveredState, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, company: { id: string, customerEmail: string } };

export type ResendMailMutationVariables = Exact<{
  mailId: string | number;
  recipient?: string | null | undefined;
}>;


export type ResendMailMutation = { resendMail:
    | { __typename: 'MailAlreadySent', message: string }
    | { __typename: 'MailBeingSent', message: string }
    | { __typename: 'MailNotFound', message: string }
    | { __typename: 'ResendMailSuccess', message: string, mail: { id: string, kind: MailKind, recipient: string, state: UndeliveredState, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, company: { id: string, customerEmail: string } } }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
   };

export type AuditLogQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: AuditFilter | null | undefined;
}>;


export type AuditLogQuery = { auditLog: { edges: Array<{ node: { id: string, occurredAt: string, action: AuditAction, outcome: string, subject: string | null, roles: Array<string>, tokenId: string | null, keyId: string | null, address: string | null, companyId: string | null, target: string | null, count: number } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type AuditEntryFieldsFragment = { id: string, occurredAt: string, action: AuditAction, outcome: string, subject: string | null, roles: Array<string>, tokenId: string | null, keyId: string | null, address: string | null, companyId: string | null, target: string | null, count: number };

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
    referenceId
    step
    detail
  }
}
    `, {"fragmentName":"CompanyFields"}) as unknown as TypedDocumentString<CompanyFieldsFragment, unknown>;
export const QuotaFieldsFragmentDoc = new TypedDocumentString(`
    fragment QuotaFields on QuotaExceeded {
  quota
  limit
  used
  retryAt
  perCustomer
}
    `, {"fragmentName":"QuotaFields"}) as unknown as TypedDocumentString<QuotaFieldsFragment, unknown>;
export const UndeliveredMailFieldsFragmentDoc = new TypedDocumentString(`
    fragment UndeliveredMailFields on UndeliveredMail {
  id
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
    ... on ValidationError {
      faults {
        field
        code
        message
      }
    }
    ... on FieldProblem {
      field
    }
    ... on SiteNameTaken {
      domain
      holder {
        id
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
}`) as unknown as TypedDocumentString<CreateCompanyMutation, CreateCompanyMutationVariables>;
export const ProvisionCompanyDocument = new TypedDocumentString(`
    mutation ProvisionCompany($companyId: ID!) {
  provisionCompany(companyId: $companyId) {
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
    mutation CancelProvisioning($companyId: ID!) {
  cancelProvisioning(companyId: $companyId) {
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
    referenceId
    step
    detail
  }
}`) as unknown as TypedDocumentString<CancelProvisioningMutation, CancelProvisioningMutationVariables>;
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
    referenceId
    step
    detail
  }
}`) as unknown as TypedDocumentString<CompanyQuery, CompanyQueryVariables>;
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
    referenceId
    step
    detail
  }
}`) as unknown as TypedDocumentString<CompaniesQuery, CompaniesQueryVariables>;
export const CompanyStatusChangedDocument = new TypedDocumentString(`
    subscription CompanyStatusChanged($companyId: ID!, $sinceVersion: Int) {
  companyStatusChanged(companyId: $companyId, sinceVersion: $sinceVersion) {
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
}
    `) as unknown as TypedDocumentString<CompanyStatusChangedSubscription, CompanyStatusChangedSubscriptionVariables>;
export const OperationsDocument = new TypedDocumentString(`
    query Operations($first: Int, $after: String, $last: Int, $before: String) {
  operations {
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
    referenceId
    step
    detail
  }
}
fragment UndeliveredMailFields on UndeliveredMail {
  id
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
}`) as unknown as TypedDocumentString<OperationsQuery, OperationsQueryVariables>;
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
    ... on ValidationError {
      faults {
        field
        code
        message
      }
    }
  }
}
    fragment UndeliveredMailFields on UndeliveredMail {
  id
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
  roles
  tokenId
  keyId
  address
  companyId
  target
  count
}`) as unknown as TypedDocumentString<AuditLogQuery, AuditLogQueryVariables>;