import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

/** Structured lines, each with the id of the request or the company it speaks of. */
export type Log = Logger;

/** JSON lines on standard output; secrets are never handed to it, and known names of secrets are cut out all the same. */
export const openLog = (level = 'info', output: DestinationStream = pino.destination(1)): Log =>
  pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['*.adminPassword', '*.password', '*.authorization'],
      serializers: { err: told },
    },
    output,
  );

/** What is told of an error. A database's knows more: the statement, and in its details the values of a row. */
function told(error: unknown): unknown {
  if (typeof error === 'string') return withoutDetails(error);
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code, constraint } = stdSerializers.err(error);
  const said = withoutDetails(message);
  return { type, message: said, stack: stack.replace(message, () => said), code, constraint };
}

/** MikroORM puts PostgreSQL's details behind its message. */
const withoutDetails = (message: string): string => message.split('\n - detail: ', 1)[0] ?? '';

/** A line's level, as LOG_LEVEL names it. */
export const levelName = (level: number): string => pino.levels.labels[level] ?? '';

/** How long what repeats itself is told once, in milliseconds. */
const repetition = 60_000;

/** Passes on a message that differs from the last one, or comes again after a minute. */
export function tellOnChange(tell: (message: string) => void): (message: string) => void {
  let last = { message: '', until: 0 };
  return (message) => {
    const time = performance.now();
    if (message === last.message && time < last.until) return;
    last = { message, until: time + repetition };
    tell(message);
  };
}
