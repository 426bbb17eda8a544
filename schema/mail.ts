import type { MailKind } from '../src/company/outbox-mail.ts';
import { findUndelivered, sendAgain, type UndeliveredMail, type UndeliveredState } from '../src/mail/undelivered.ts';
import { builder, type Described } from './builder.ts';
import { CompanyObject } from './company.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { type FieldProblem, FieldProblemInterface, ProblemInterface } from './problem.ts';
import { recordReading } from './record-reading.ts';
import { ServiceStatusObject } from './service-status.ts';
import { ValidationError } from './validation-error.ts';

const MailKindEnum = builder.enumType('MailKind', {
  description: 'The subject of a mail.',
  values: {
    SITE_READY: { description: 'The site is ready; the mail carries the credentials.' },
    SITE_FAILED: { description: 'The attempt failed; the mail says why.' },
    ENDPOINT_DISABLED: { description: 'A webhook endpoint was disabled; the mail tells its owner why.' },
  } satisfies Described<MailKind>,
});

const UndeliveredStateEnum = builder.enumType('UndeliveredState', {
  description: 'Whether a mail that no server has accepted will be sent again.',
  values: {
    WAITING: { description: 'It is retried automatically until a server accepts it or refuses it permanently.' },
    REFUSED: { description: 'A server refused it permanently; only `resendMail` sends it again.' },
  } satisfies Described<UndeliveredState>,
});

const UndeliveredMailObject = builder.objectRef<UndeliveredMail>('UndeliveredMail').implement({
  description:
    'A mail to a customer, or to the owner of a webhook endpoint, that no mail server has accepted yet. Its content is not shown.',
  authScopes: { operator: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID, for `resendMail`; the beginning of the mail’s `Message-ID`.' }),
    company: t.field({
      type: CompanyObject,
      nullable: true,
      resolve: ({ company }) => company,
      description: 'The company that the mail is about; null for ENDPOINT_DISABLED.',
    }),
    webhookEndpointId: t.exposeID('endpoint_id', {
      nullable: true,
      description:
        'For ENDPOINT_DISABLED: the `id` of the webhook endpoint, which may be deleted since; otherwise null.',
    }),
    kind: t.field({ type: MailKindEnum, resolve: ({ kind }) => kind, description: 'Its subject.' }),
    recipient: t.string({
      resolve: ({ recipient, company }, _args, context) => {
        recordReading(context, 'READ_MAIL', company);
        return recipient;
      },
      description: 'The address that it is sent to.',
    }),
    state: t.field({
      type: UndeliveredStateEnum,
      resolve: ({ state }) => state,
      description: 'Whether it is retried automatically.',
    }),
    tries: t.exposeInt('tries', { description: 'The number of delivery attempts, including one under way.' }),
    dueAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ state, due_at }) => (state === 'WAITING' ? due_at : null),
      description: 'When the next delivery attempt is due, or the present one was; null for a REFUSED mail.',
    }),
    lastError: t.string({
      nullable: true,
      resolve: ({ last_error, company }, _args, context) => {
        recordReading(context, 'READ_MAIL', company);
        return last_error;
      },
      description:
        'Why the last finished delivery attempt failed, in the mail server’s words; null before. A fault of the mail account is reported once for all mails, as `mailAccountFault`.',
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was put into the outbox.' }),
  }),
});

builder.objectField(ServiceStatusObject, 'undeliveredMails', (t) =>
  t.connection(
    {
      type: UndeliveredMailObject,
      description: 'The mails that no mail server has accepted, oldest first; at most 100 per page.',
      authScopes: { operator: true },
      complexity: pageComplexity,
      resolve: (_status, args, { db }) =>
        resolvePage(
          args,
          ({ position }: UndeliveredMail) => position,
          (window) => findUndelivered(db, window),
        ),
    },
    { name: 'UndeliveredMailConnection' },
    { name: 'UndeliveredMailEdge' },
  ),
);

class ResendMailSuccess {
  readonly message: string;
  readonly mail: UndeliveredMail;
  constructor(mail: UndeliveredMail) {
    this.mail = mail;
    this.message = `Sending it to ${mail.recipient} now.`;
  }
}

builder.objectType(ResendMailSuccess, {
  name: 'ResendMailSuccess',
  description: 'The mail is due: it is sent within seconds, and retried automatically if it is not accepted.',
  isTypeOf: (answer) => answer instanceof ResendMailSuccess,
  authScopes: { operator: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    mail: t.field({
      type: UndeliveredMailObject,
      resolve: ({ mail }) => mail,
      description: 'The mail in its new state.',
    }),
  }),
});

class MailNotFound implements FieldProblem {
  readonly message = 'No such mail exists.';
  readonly field = 'mailId';
}

builder.objectType(MailNotFound, {
  name: 'MailNotFound',
  isTypeOf: (answer) => answer instanceof MailNotFound,
  description: 'No such mail exists.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { operator: true },
});

class MailAlreadySent implements FieldProblem {
  readonly message = 'A mail server has accepted this mail; it is not sent twice.';
  readonly field = 'mailId';
}

builder.objectType(MailAlreadySent, {
  name: 'MailAlreadySent',
  isTypeOf: (answer) => answer instanceof MailAlreadySent,
  description: 'A mail server has accepted the mail. Its credentials are erased, so it cannot be sent again.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { operator: true },
});

class MailBeingSent implements FieldProblem {
  readonly message = 'This mail is being sent right now; check again in a minute.';
  readonly field = 'mailId';
}

builder.objectType(MailBeingSent, {
  name: 'MailBeingSent',
  isTypeOf: (answer) => answer instanceof MailBeingSent,
  description: 'Delivery is in progress; another attempt now could send the mail twice.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { operator: true },
});

const ResendMailResult = builder.unionType('ResendMailResult', {
  description: 'The mail that is sent again, or the reason why not.',
  types: [ResendMailSuccess, ValidationError, MailNotFound, MailAlreadySent, MailBeingSent],
});

builder.mutationField('resendMail', (t) =>
  t.field({
    type: ResendMailResult,
    description:
      'Sends an undelivered mail now: a REFUSED one again, a WAITING one without its pause. With `recipient`, this mail and all later ones of the company go to that address; of a webhook endpoint, this mail alone. For operators.',
    authScopes: { operator: true },
    args: {
      mailId: t.arg.id({ required: true, description: 'The `id` of an `UndeliveredMail`.' }),
      recipient: t.arg.string({
        description:
          'The correct address: one plain address (RFC 5321) of up to 254 characters. By default the mail’s present recipient.',
      }),
    },
    resolve: async (_root, { mailId, recipient }, { db, notifier, act }) => {
      const outcome = await sendAgain(db, notifier, mailId, recipient ?? undefined, act);
      switch (outcome.kind) {
        case 'due':
          return new ResendMailSuccess(outcome.mail);
        case 'bad-recipient':
          return new ValidationError([{ field: 'recipient', code: outcome.fault, message: plainAddress }]);
        case 'not-found':
          return new MailNotFound();
        case 'already-sent':
          return new MailAlreadySent();
        case 'being-sent':
          return new MailBeingSent();
      }
    },
  }),
);

const plainAddress =
  'Write one plain mail address, such as jane@example.com: in ASCII, at most 254 characters, 64 of them before the "@".';
