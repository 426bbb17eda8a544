import type { LogEntry } from '../src/company/event-log.ts';
import { builder } from './builder.ts';
import { CompanyStatusChangeObject } from './company-status-change.ts';
import { cursorNumber, pageComplexity, resolvePage } from './page.ts';
import { badArgument, onlyStreams } from './refusal.ts';

const EventEdge = builder.edgeObject({
  type: CompanyStatusChangeObject,
  name: 'CompanyEventEdge',
  description: 'One event, at its place among those of all companies.',
});

const EventConnection = builder.connectionObject(
  { type: CompanyStatusChangeObject, name: 'CompanyEventConnection', description: 'One page of events.' },
  EventEdge,
);

const edgeOf = (entry: LogEntry) => ({ cursor: String(entry.position), node: entry });

const order =
  'in the order in which they were committed: an event that comes later is never placed before one that you have seen. The versions of one company rise by one; a deleted draft has no events any more.';

/**
 * The position in a cursor; the empty one, at the end of an empty page, is the beginning. One that the log has not come to is from
 * before a restore of the database, and would skip what happens now.
 */
function positionIn(cursor: string, newest: number): number {
  const position = cursorNumber('after', cursor || '0', Number.MAX_SAFE_INTEGER) ?? 0;
  if (position > newest)
    throw badArgument('after', 'The log has not come to this cursor; start again without it, or with an older one.');
  return position;
}

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description: `The events of all your companies, ${order} Poll with the last \`endCursor\` for what has happened since; the subscription \`companiesStatusChanged\` continues at the same cursors.`,
    complexity: pageComplexity,
    authScopes: { scope: 'companies:read' },
    args: {
      first: t.arg.int({ description: 'Return at most this many events (default 20, maximum 100).' }),
      after: t.arg.string({ description: 'Return only events after this cursor; from the beginning by default.' }),
    },
    async resolve(_root, { first, after }, { eventLog, viewer }) {
      const start = positionIn(after ?? '', await eventLog.newest());
      return resolvePage(
        { first, after: String(start) },
        ({ position }: LogEntry) => position,
        ({ limit }) => eventLog.page(viewer, start, limit),
      );
    },
  }),
);

builder.subscriptionField('companiesStatusChanged', (t) =>
  t.field({
    type: EventEdge,
    description: `The events of all your companies as they happen, ${order} Without \`after\` it begins with what happens next. It does not complete; it ends with an error when your token expires. Over Server-Sent Events the \`id\` of each message is its cursor, so that browsers resume by themselves.`,
    authScopes: { scope: 'companies:read' },
    args: {
      after: t.arg.string({
        description:
          'The last cursor that you have seen, from this subscription or from `events`: all events after it come first, so that nothing is missed.',
      }),
    },
    subscribe: async (_root, { after }, { eventLog, viewer, position }) => {
      if (viewer.onlyStreamOf !== undefined) throw onlyStreams();
      const newest = await eventLog.newest();
      const asked = after == null ? undefined : positionIn(after, newest);
      const start = position.seen === undefined ? asked : Math.max(position.seen, asked ?? 0);
      position.idOf = (entry: LogEntry) => String(entry.position);
      return eventLog.watch(viewer, Math.min(start ?? newest, newest), viewer.until);
    },
    resolve: edgeOf,
  }),
);
