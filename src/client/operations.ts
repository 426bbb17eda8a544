/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Which companies to list; what is left out does not matter. */
export type CompanyFilter = {
  /** In one of these statuses. */
  status?: Array<CompanyStatus> | null | undefined;
  /** Found in the name, abbreviation, id, site name or admin e-mail, whatever the case. Up to 140 characters. */
  text?: string | null | undefined;
};

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
  /** Who logs in to the site: a single plain address (RFC 5321), up to 254 characters. */
  adminEmail: string;
  /** 8 to 512 characters without control characters. Kept sealed until it was mailed, then erased. */
  adminPassword: string;
  /** The apps to install, by name; up to 20. By default `erpnext` where it is offered. */
  apps?: Array<string> | null | undefined;
  /** 1 to 10 letters (A–Z, a–z) or digits, e.g. `ACME`. */
  companyAbbr: string;
  /** 1 to 140 characters, at least one of them a letter or digit; no control or invisible characters. */
  companyName: string;
  /** The English name as Frappe spells it, or the ISO 3166 code of two or three letters. */
  country: string;
  /** Whom to mail. Partners and operators give it; customers are mailed at their own address. */
  customerEmail?: string | null | undefined;
  /** A code in use of ISO 4217, e.g. `USD`. */
  defaultCurrency: string;
  /** The site’s host name: two labels or more of lower-case letters, digits and hyphens (RFC 1123), e.g. `acme.localhost`. No two companies share one, and some are reserved. */
  domain: string;
  /** True: stay DRAFT until `provisionCompany`. False by default. */
  draft?: boolean | null | undefined;
  /** 1 to 200 visible ASCII characters of your choice. The same key with the same input answers the same company; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
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

export type CompanyFieldsFragment = { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null };

export type CreateCompanyMutationVariables = Exact<{
  input: CreateCompanyInput;
}>;


export type CreateCompanyMutation = { createCompany:
    | { __typename: 'CreateCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'IdempotencyKeyReused', message: string, field: string }
    | { __typename: 'SiteNameTaken', message: string, field: string, domain: string }
    | { __typename: 'ValidationError', message: string, faults: Array<{ field: string, code: FaultCode, message: string }> }
   };

export type ProvisionCompanyMutationVariables = Exact<{
  companyId: string | number;
}>;


export type ProvisionCompanyMutation = { provisionCompany:
    | { __typename: 'NotFound', message: string }
    | { __typename: 'ProvisionCompanySuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type CancelProvisioningMutationVariables = Exact<{
  companyId: string | number;
}>;


export type CancelProvisioningMutation = { cancelProvisioning:
    | { __typename: 'CancelProvisioningSuccess', message: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }
    | { __typename: 'NotFound', message: string }
    | { __typename: 'WrongStatus', message: string, status: CompanyStatus }
   };

export type CompanyQueryVariables = Exact<{
  id: string | number;
}>;


export type CompanyQuery = { company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } | null };

export type CompaniesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: CompanyFilter | null | undefined;
}>;


export type CompaniesQuery = { companies: { edges: Array<{ cursor: string, node: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type CompanyStatusChangedSubscriptionVariables = Exact<{
  companyId: string | number;
  sinceVersion?: number | null | undefined;
}>;


export type CompanyStatusChangedSubscription = { companyStatusChanged: { version: number, status: CompanyStatus, siteStatus: SiteStatus, step: string | null, progress: number, message: string, occurredAt: string } };

export type OperationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type OperationsQuery = { operations: { waiting: number, oldestWaitingSince: string | null, runningCount: number, running: Array<{ worker: string, claims: number, heldSince: string, leaseAgeSeconds: number, leasedUntil: string, deadlineAt: string, company: { id: string, companyName: string, status: CompanyStatus, siteStatus: SiteStatus, siteName: string, siteUrl: string, attempt: number, version: number, progress: number, steps: Array<{ name: string, title: string, state: StepState, startedAt: string | null, finishedAt: string | null }>, failure: { reason: FailureReason, message: string, referenceId: string, step: string | null, detail: string | null } | null } }>, undeliveredMails: { edges: Array<{ cursor: string, node: { id: string, kind: MailKind, recipient: string, state: UndeliveredState, tries: number, dueAt: string | null, lastError: string | null, createdAt: string, company: { id: string, customerEmail: string } } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } };

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
    ... on SiteNameTaken {
      field
      domain
    }
    ... on IdempotencyKeyReused {
      field
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
    step
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