import { sendAgain, type UndeliveredMail } from '../src/mail/undelivered.ts';
import { builder } from './builder.ts';
import { type FieldProblem, FieldProblemInterface, ProblemInterface } from './problem.ts';
import { UndeliveredMailObject } from './undelivered-mail.ts';
import { ValidationError } from './validation-error.ts';

class ResendMailSuccess {
  readonly message: string;
  readonly mail: UndeliveredMail;
  constructor(mail: UndeliveredMail) {
    this.mail = mail;
    this.message = `It is sent to ${mail.recipient} now.`;
  }
}

builder.objectType(ResendMailSuccess, {
  name: 'ResendMailSuccess',
  description: 'The mail is due: it is sent within seconds, and tried again by itself if it is not accepted.',
  isTypeOf: (answer) => answer instanceof ResendMailSuccess,
  authScopes: { operator: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    mail: t.field({
      type: UndeliveredMailObject,
      resolve: ({ mail }) => mail,
      description: 'The mail as it waits now.',
    }),
  }),
});

class MailNotFound implements FieldProblem {
  readonly message = 'There is no such mail.';
  readonly field = 'mailId';
}

builder.objectType(MailNotFound, {
  name: 'MailNotFound',
  isTypeOf: (answer) => answer instanceof MailNotFound,
  description: 'There is no such mail.',
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
  description: 'The mail was accepted by a mail server. What it carried is erased, and it cannot be sent again.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { operator: true },
});

class MailBeingSent implements FieldProblem {
  readonly message = 'This mail is being sent right now; look again in a minute.';
  readonly field = 'mailId';
}

builder.objectType(MailBeingSent, {
  name: 'MailBeingSent',
  isTypeOf: (answer) => answer instanceof MailBeingSent,
  description: 'A try to send the mail is under way, and beside it another one would be a second mail.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { operator: true },
});

const ResendMailResult = builder.unionType('ResendMailResult', {
  description: 'The mail that is sent again, or why it is not.',
  types: [ResendMailSuccess, ValidationError, MailNotFound, MailAlreadySent, MailBeingSent],
});

builder.mutationField('resendMail', (t) =>
  t.field({
    type: ResendMailResult,
    description:
      'Sends an undelivered mail now: a REFUSED one again, a WAITING one without its pause. With `recipient` it goes to that address, and so do the company’s later mails. For operators.',
    authScopes: { operator: true },
    args: {
      mailId: t.arg.id({ required: true, description: 'Which mail: the `id` of an `UndeliveredMail`.' }),
      recipient: t.arg.string({
        description:
          'The customer’s right address: a single plain one (RFC 5321), up to 254 characters. By default the one that the mail has.',
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
