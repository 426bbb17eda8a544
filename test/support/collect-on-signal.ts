/**
 * Collects the garbage of the process on SIGUSR2. V8 leaves garbage in memory until it needs the room, for minutes after an
 * attack; what is still there after a collection is what the process holds.
 */
process.on('SIGUSR2', () => globalThis.gc?.({ execution: 'sync', flavor: 'last-resort', type: 'major' }));
