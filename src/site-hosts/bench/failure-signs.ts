import type { FailureReason } from '../../company/failure.ts';
import { SiteHostError } from '../../provisioning/site-host.ts';
import type { BenchReply } from './agent.ts';

/**
 * What a failure is known by, and what it means. The sign is looked for where Frappe, Python or a client of the database
 * writes it, and nowhere else: apps print what they like.
 */
interface FailureSign extends FailureMeaning {
  /** Found at the beginning of the exception that ended the command, e.g. `pymysql.err.OperationalError: (2003, "…`. */
  readonly raised?: RegExp;
  /** Found in what Frappe prints before it exits by itself: whole lines. */
  readonly printed?: RegExp;
  /** Worth retrying within the attempt. */
  readonly transient?: true;
}

/** An error of MySQL's client with one of the numbers. */
const mysql = (...numbers: readonly number[]): string =>
  `(?:pymysql\\.err|MySQLdb(?:\\._exceptions)?)\\.\\w+: \\((?:${numbers.join('|')}), `;
const postgres = String.raw`psycopg2\.(?:errors\.)?\w+: `;

/** The first that fits counts. The signs were seen on Frappe 15 and 16, or read in their sources. */
const failureSigns: readonly FailureSign[] = [
  {
    raised: /^driver\.settings\.UnreadableConfiguration: /,
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench’s configuration cannot be read.',
    transient: true,
  },
  {
    printed:
      /^Site \S+ already exists(?:, use `--force` to proceed anyway)?$|^Your bench has an app called \S+, please choose/m,
    reason: 'SITE_NAME_TAKEN',
    message: 'A site of this name exists already; choose another domain.',
  },
  {
    raised: new RegExp(`^(?:${mysql(2002, 2003)}|${postgres}.*(?:could not connect to server|Connection refused))`),
    reason: 'HOST_UNAVAILABLE',
    message: 'The database server does not answer.',
    transient: true,
  },
  {
    raised: new RegExp(
      `^(?:${mysql(2006, 2013, 1053, 1927)}|${postgres}.*(?:server closed the connection|terminating connection|the database system is))`,
    ),
    printed: /^ERROR (?:2002|2003|2006|2013) \(HY000\)/m,
    reason: 'HOST_UNAVAILABLE',
    message: 'The database server does not answer.',
    transient: true,
  },
  {
    raised: new RegExp(`^(?:${mysql(1040, 1203)}|${postgres}.*too many (?:clients|connections))`, 'i'),
    reason: 'HOST_UNAVAILABLE',
    message: 'The database server is too busy.',
    transient: true,
  },
  {
    raised: new RegExp(`^(?:frappe\\.[\\w.]+\\.LockTimeoutError: |${mysql(1205, 1213)})`),
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench is busy with another site.',
    transient: true,
  },
  {
    raised: new RegExp(`^(?:${mysql(1044, 1045, 1142, 1227, 1698)}|${postgres}.*password authentication failed)`),
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench is not authorised to use its database server.',
  },
  {
    raised: new RegExp(
      `^(?:OSError: \\[Errno 28\\] |${mysql(1021, 1114)}|(?:${mysql(1, 3, 1005, 1026, 1030, 1878)}|${postgres}).*No space left on device)`,
    ),
    printed: /^ERROR (?:1021|1114) \(HY000\)/m,
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench’s disk is full.',
    transient: true,
  },
  {
    raised: /^redis\.exceptions\.(?:ConnectionError|TimeoutError|BusyLoadingError): /,
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench’s Redis does not answer.',
    transient: true,
  },
  {
    raised: /^Exception: App \S+ not in apps\.txt$/,
    // The app itself, and not a module that it misses.
    printed: /^Could not find app "(\w+)": *\nNo module named '\1'$/m,
    reason: 'APP_NOT_AVAILABLE',
    message: 'One of the apps is not installed on the bench.',
  },
  {
    raised: /^Exception: Database \S+ already exists$/,
    reason: 'HOST_UNAVAILABLE',
    message: 'A database of this site’s name exists already; nothing was changed.',
  },
];

/** What a failure means to the customer. */
export interface FailureMeaning {
  readonly reason: FailureReason;
  readonly message: string;
}

/** What a failed request to the bench means; `otherwise` is what it means to the step when no sign fits. */
export function benchFailure(
  reply: Pick<BenchReply<unknown>, 'lines' | 'missing' | 'places' | 'signal' | 'code'>,
  otherwise: FailureMeaning,
): SiteHostError {
  const ended = reply.signal === null ? `exit code ${reply.code}` : `killed by signal ${reply.signal}`;
  const detail = `${ended}\n${endOf(reply.lines)}`;
  if (reply.signal === 9) {
    return new SiteHostError(
      'HOST_UNAVAILABLE',
      'The process was killed, probably because the server ran out of memory.',
      {
        detail,
      },
    );
  }
  const known = failureSigns.find((sign) => fits(sign, reply));
  if (!known && reply.missing.length > 0) {
    return new SiteHostError('HOST_UNAVAILABLE', reply.missing.join(' '), { transient: true, detail });
  }
  const { reason, message, transient = false } = { transient: known?.transient, ...(known ?? otherwise) };
  return new SiteHostError(reason, message, { transient: transient === true, detail });
}

/** The part of the output that an operator's detail holds. */
export const endOf = (lines: readonly string[]): string => lines.slice(-30).join('\n');

function fits(
  { raised, printed }: FailureSign,
  { lines, places }: Pick<BenchReply<unknown>, 'lines' | 'places'>,
): boolean {
  const exception = lastException(lines);
  if (exception !== undefined && raised?.test(exception)) return !isElsewhere(exception, places);
  return printed?.test(lines.join('\n')) ?? false;
}

/** Whether the error is about an app's own database or Redis, which is not the bench's. */
function isElsewhere(exception: string, places: readonly string[]): boolean {
  const place = /(?:connecting to|reading from|writing to|server on|server at|on host) ['"]?([\w.:-]{1,100}\w)/.exec(
    exception,
  )?.[1];
  return place !== undefined && !places.includes(place);
}

/** The exception that ended a command and what follows it, without Python's own module name; undefined when none was printed. */
function lastException(lines: readonly string[]): string | undefined {
  const isException = (line: string): boolean => /^[A-Za-z_][\w.]*(?:: |$)/.test(line);
  const traceback = lines.findLastIndex((line) =>
    /^Traceback (?:with variables )?\(most recent call last\):$/.test(line),
  );
  // The beginning of a long one is not kept; then it is known by its end.
  const index =
    traceback === -1
      ? lines.findLastIndex(isException)
      : lines.findIndex((line, at) => at > traceback && isException(line));
  return index === -1
    ? undefined
    : lines
        .slice(index)
        .join('\n')
        .replace(/^builtins\./, '');
}
