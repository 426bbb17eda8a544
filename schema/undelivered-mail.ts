import { type ResolveCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import type { MailKind } from '../src/company/outbox-mail.ts';
import { findUndelivered, type UndeliveredMail, type UndeliveredState } from '../src/mail/undelivered.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import type { Described } from './described.ts';
import { page, pageArguments, pageComplexity, windowOf } from './page.ts';
import { OperationsObject } from './service-status.ts';
import { tellReading } from './told-reading.ts';

const MailKindEnum = builder.enumType('MailKind', {
  description: 'What a mail tells.',
  values: {
    SITE_READY: { description: 'The site is ready; it carries the credentials.' },
    SITE_FAILED: { description: 'The attempt failed, and why.' },
  } satisfies Described<MailKind>,
});

const UndeliveredStateEnum = builder.enumType('UndeliveredState', {
  description: 'Whether a mail that no server has accepted will be tried again.',
  values: {
    WAITING: { description: 'It is tried again by itself, until a server accepts it or refuses it for good.' },
    REFUSED: { description: 'A server refused it for good; it waits for `resendMail`.' },
  } satisfies Described<UndeliveredState>,
});

export const UndeliveredMailObject = builder.objectRef<UndeliveredMail>('UndeliveredMail').implement({
  description: 'A mail that is owed to a customer and that no mail server has accepted. Its content is not shown.',
  authScopes: { operator: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID; what `resendMail` takes. It begins the mail’s `Message-ID`.' }),
    company: t.field({
      type: CompanyObject,
      resolve: ({ company }) => company,
      description: 'The company that the mail tells of.',
    }),
    kind: t.field({ type: MailKindEnum, resolve: ({ kind }) => kind, description: 'What it tells.' }),
    recipient: t.string({
      resolve: ({ recipient, company }, _args, context) => {
        tellReading(context, 'READ_MAIL', company);
        return recipient;
      },
      description: 'Where it is sent to.',
    }),
    state: t.field({
      type: UndeliveredStateEnum,
      resolve: ({ state }) => state,
      description: 'Whether it is tried again by itself.',
    }),
    tries: t.exposeInt('tries', { description: 'How often sending it was begun, a try under way included.' }),
    dueAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ state, due_at }) => (state === 'WAITING' ? due_at : null),
      description: 'From when on it is tried next, or is being tried; null for a REFUSED one.',
    }),
    lastError: t.string({
      nullable: true,
      resolve: ({ last_error, company }, _args, context) => {
        tellReading(context, 'READ_MAIL', company);
        return last_error;
      },
      description:
        'Why the last try that ended did not deliver it, in the mail server’s words; null before. A fault of the mail account is told once for all mails, as `mailAccountFault`.',
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'Since when it is owed.' }),
  }),
});

builder.objectField(OperationsObject, 'undeliveredMails', (t) =>
  t.connection(
    {
      type: UndeliveredMailObject,
      description: 'The mails that no mail server has accepted, oldest first; at most 100 at a time.',
      authScopes: { operator: true },
      complexity: pageComplexity,
      resolve: (_operations, args, { db }) =>
        resolveCursorConnection(
          { ...page, args: pageArguments(args), toCursor: ({ position }: UndeliveredMail) => String(position) },
          (asked: ResolveCursorConnectionArgs) => findUndelivered(db, windowOf(asked)),
        ),
    },
    { name: 'UndeliveredMailConnection' },
    { name: 'UndeliveredMailEdge' },
  ),
);
