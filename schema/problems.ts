import { GraphQLError } from 'graphql';
import type { CompanyId } from '../src/company/company-id.ts';
import type { Fault, FaultCode } from '../src/company/company-request.ts';
import type { CompanyStatus } from '../src/company/status.ts';
import { builder } from './builder.ts';
import { CompanyStatusEnum } from './company-status.ts';
import type { Described } from './described.ts';

/** Everything that a mutation can answer instead of its success. */
interface Problem {
  readonly message: string;
}

const ProblemInterface = builder.interfaceRef<Problem>('Problem').implement({
  description: 'Why a mutation did nothing. Nothing was changed.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
  }),
});

const FaultCodeEnum = builder.enumType('FaultCode', {
  description: 'What is wrong with a field, as programs read it.',
  values: {
    REQUIRED: { description: 'It is empty, and must not be.' },
    TOO_SHORT: { description: 'It has too few characters.' },
    TOO_LONG: { description: 'It has too many characters or entries.' },
    INVALID_CHARACTERS: { description: 'It holds characters that are not allowed there.' },
    INVALID_FORMAT: { description: 'It is not written as such a thing is.' },
    UNKNOWN_VALUE: { description: 'It names something that is not there.' },
    RESERVED: { description: 'It is kept for other uses.' },
    DUPLICATE: { description: 'It stands there more than once.' },
    NOT_ALLOWED: { description: 'Your role may not give it.' },
  } satisfies Described<FaultCode>,
});

/** A fault of whichever mutation's input. */
type InputFault = Omit<Fault, 'field'> & { readonly field: string };

const FaultObject = builder.objectRef<InputFault>('Fault').implement({
  description: 'One thing that is wrong with an input.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field of the input, e.g. `companyName`.' }),
    code: t.field({ type: FaultCodeEnum, resolve: ({ code }) => code, description: 'The kind of fault.' }),
    message: t.exposeString('message', {
      description: 'One sentence that says what to do. It repeats nothing of what was sent.',
    }),
  }),
});

export class ValidationError implements Problem {
  readonly message = 'The input has faults; nothing was changed.';
  readonly faults: readonly InputFault[];
  constructor(faults: readonly InputFault[]) {
    this.faults = faults;
  }
}

builder.objectType(ValidationError, {
  name: 'ValidationError',
  isTypeOf: (answer) => answer instanceof ValidationError,
  description: 'The input has faults; all of them are told at once.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    faults: t.field({
      type: [FaultObject],
      resolve: ({ faults }) => faults,
      description: 'Each fault with its field.',
    }),
  }),
});

export class SiteNameTaken implements Problem {
  readonly message: string;
  readonly domain: string;
  readonly field = 'domain';
  constructor(domain: string) {
    this.domain = domain;
    this.message = `Another company has the domain ${domain}; choose another one.`;
  }
}

builder.objectType(SiteNameTaken, {
  name: 'SiteNameTaken',
  isTypeOf: (answer) => answer instanceof SiteNameTaken,
  description: 'Another company holds the domain, or may get a site on it.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field of the input: `domain`.' }),
    domain: t.exposeString('domain', {
      description: 'The domain in lower case, as it would have become the site’s name.',
    }),
  }),
});

export class IdempotencyKeyReused implements Problem {
  readonly message = 'This idempotency key came with another input before; use a new key for a new request.';
  readonly field = 'idempotencyKey';
}

builder.objectType(IdempotencyKeyReused, {
  name: 'IdempotencyKeyReused',
  isTypeOf: (answer) => answer instanceof IdempotencyKeyReused,
  description: 'You have used this idempotency key with another input.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field of the input: `idempotencyKey`.' }),
  }),
});

export class NotFound implements Problem {
  readonly message = 'There is no such company.';
  readonly field = 'companyId';
}

builder.objectType(NotFound, {
  name: 'NotFound',
  isTypeOf: (answer) => answer instanceof NotFound,
  description: 'There is no such company, or not for you.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The argument: `companyId`.' }),
  }),
});

export class WrongStatus implements Problem {
  readonly message: string;
  readonly field = 'companyId';
  readonly companyId: CompanyId;
  readonly status: CompanyStatus;
  constructor(companyId: CompanyId, status: CompanyStatus, needed: readonly CompanyStatus[]) {
    this.companyId = companyId;
    this.status = status;
    this.message = `The company is ${status}; this needs it to be ${needed.join(' or ')}.`;
  }
}

builder.objectType(WrongStatus, {
  name: 'WrongStatus',
  isTypeOf: (answer) => answer instanceof WrongStatus,
  description: 'The company’s status does not allow this now.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The argument: `companyId`.' }),
    companyId: t.exposeID('companyId', { description: 'The company asked about.' }),
    status: t.field({ type: CompanyStatusEnum, resolve: ({ status }) => status, description: 'The status it has.' }),
  }),
});

export class MailNotFound implements Problem {
  readonly message = 'There is no such mail.';
  readonly field = 'mailId';
}

builder.objectType(MailNotFound, {
  name: 'MailNotFound',
  isTypeOf: (answer) => answer instanceof MailNotFound,
  description: 'There is no such mail.',
  interfaces: [ProblemInterface],
  authScopes: { operator: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The argument: `mailId`.' }),
  }),
});

export class MailAlreadySent implements Problem {
  readonly message = 'A mail server has accepted this mail; it is not sent twice.';
  readonly field = 'mailId';
}

builder.objectType(MailAlreadySent, {
  name: 'MailAlreadySent',
  isTypeOf: (answer) => answer instanceof MailAlreadySent,
  description: 'The mail was accepted by a mail server. What it carried is erased, and it cannot be sent again.',
  interfaces: [ProblemInterface],
  authScopes: { operator: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The argument: `mailId`.' }),
  }),
});

export class MailBeingSent implements Problem {
  readonly message = 'This mail is being sent right now; look again in a minute.';
  readonly field = 'mailId';
}

builder.objectType(MailBeingSent, {
  name: 'MailBeingSent',
  isTypeOf: (answer) => answer instanceof MailBeingSent,
  description: 'A try to send the mail is under way, and beside it another one would be a second mail.',
  interfaces: [ProblemInterface],
  authScopes: { operator: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The argument: `mailId`.' }),
  }),
});

/** For queries and subscriptions, whose answers have no place for a typed problem. */
export const badArgument = (field: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', field } });

export const notFound = (field: string): GraphQLError =>
  new GraphQLError('There is no such company.', { extensions: { code: 'NOT_FOUND', field } });
