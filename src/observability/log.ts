import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

/** Structured lines, each with the id of the request or the company that it is about. */
export type Log = Logger;

/** JSON lines on standard output; secrets are never passed to it, and fields with known names of secrets are redacted all the same. */
export const openLog = (level = 'info', output: DestinationStream = pino.destination(1)): Log =>
  pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['*.adminPassword', '*.password', '*.authorization'],
      serializers: { err: loggable },
    },
    output,
  );

/** The part of an error that may be logged. A database's holds more: the statement, and in its details the values of a row. */
function loggable(error: unknown): unknown {
  if (typeof error === 'string') return withoutDetails(error);
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code, constraint } = stdSerializers.err(error);
  const said = withoutDetails(message);
  return { type, message: said, stack: stack.replace(message, () => said), code, constraint };
}

/** MikroORM appends PostgreSQL's details to its message. */
const withoutDetails = (message: string): string => message.split('\n - detail: ', 1)[0] ?? '';

/** A line's level, as LOG_LEVEL names it. */
export const levelName = (level: number): string => pino.levels.labels[level] ?? '';

/** How long a repeated message is logged once, in milliseconds. */
const repetition = 60_000;

/** Logs a message that differs from the last one, and a repeated one once a minute. */
export function logOnChange(log: (message: string) => void): (message: string) => void {
  let last = { message: '', until: 0 };
  return (message) => {
    const time = performance.now();
    if (message === last.message && time < last.until) return;
    last = { message, until: time + repetition };
    log(message);
  };
}
