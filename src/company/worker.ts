import { defineEntity, p } from '@mikro-orm/core';

/**
 * The workers of this database that live, as far as is known. A worker that is gone says so by its silence; its row is
 * taken by the next one that comes, so that there are no more rows than there were workers at a time.
 */
export const WorkerSchema = defineEntity({
  name: 'Worker',
  tableName: 'worker',
  properties: {
    /** `<host>-<process id>-<random>`: no other process's, ever. */
    name: p.text().primary(),
    startedAt: p.datetime(3),
    /** When it last showed life. */
    seenAt: p.datetime(3),
    /** Until when it counts as living, unless it shows life again. */
    aliveUntil: p.datetime(3),
    /** Which of its loops were late then. */
    lateLoops: p.array().$type<string[]>(),
  },
});
