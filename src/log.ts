import { type Logger, pino } from 'pino';

/** Structured lines, each with the id of the request or the company it speaks of. */
export type Log = Logger;

/** JSON lines on standard output; secrets are never handed to it, and known names of secrets are cut out all the same. */
export const openLog = (level: string): Log =>
  pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.adminPassword', '*.password', '*.authorization'],
  });
