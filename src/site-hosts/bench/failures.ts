import type { FailureReason } from '../../company/failure.ts';
import { SiteHostError } from '../../provisioning/site-host.ts';
import type { Answer } from './agent.ts';

/**
 * A way to fail. Its sign is looked for where Frappe, Python or a client of the database writes it, and nowhere else:
 * apps print what they like.
 */
interface Failure {
  /** Found at the beginning of the exception that ended the command, e.g. `pymysql.err.OperationalError: (2003, "…`. */
  readonly raised?: RegExp;
  /** Found in what Frappe prints before it exits by itself: whole lines. */
  readonly printed?: RegExp;
  readonly reason: FailureReason;
  /** For the customer. */
  readonly message: string;
  /** Worth trying again within the attempt. */
  readonly transient?: true;
}

/** An error of MySQL's client with one of the numbers. */
const mysql = (...numbers: readonly number[]): string =>
  `(?:pymysql\\.err|MySQLdb(?:\\._exceptions)?)\\.\\w+: \\((?:${numbers.join('|')}), `;
const postgres = String.raw`psycopg2\.(?:errors\.)?\w+: `;

/** What benches say when something fails, the first that fits. The signs were seen on Frappe 15 and 16 (or read there). */
const failures: readonly Failure[] = [
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
    message: 'There is a site of this name already; ask for another domain.',
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
    message: 'The bench may not use its database server.',
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
    message: 'A database of this site’s name is there already; nothing was changed.',
  },
];

/** What a failure means that has no sign of its own. */
export interface Ending {
  readonly reason: FailureReason;
  readonly message: string;
}

/** What a failed command of the bench means, in plain words; `otherwise` is what the step itself makes of it. */
export function benchFailure(
  answer: Pick<Answer, 'lines' | 'missing' | 'places' | 'signal'> & { readonly code?: number },
  otherwise: Ending,
): SiteHostError {
  const ended = answer.signal === null ? `exit code ${answer.code ?? 1}` : `killed by signal ${answer.signal}`;
  const detail = `${ended}\n${endOf(answer.lines)}`;
  if (answer.signal === 9) {
    return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s machine ended the work, probably for want of memory.', {
      detail,
    });
  }
  const known = failures.find((failure) => fits(failure, answer));
  if (!known && answer.missing.length > 0) {
    return new SiteHostError('HOST_UNAVAILABLE', answer.missing.join(' '), { transient: true, detail });
  }
  const { reason, message, transient = false } = { transient: known?.transient, ...(known ?? otherwise) };
  return new SiteHostError(reason, message, { transient: transient === true, detail });
}

/** As much of what was printed as an operator's detail holds. */
export const endOf = (lines: readonly string[]): string => lines.slice(-30).join('\n');

function fits({ raised, printed }: Failure, { lines, places }: Pick<Answer, 'lines' | 'places'>): boolean {
  const exception = lastException(lines);
  if (exception !== undefined && raised?.test(exception)) return !isElsewhere(exception, places);
  return printed?.test(lines.join('\n')) ?? false;
}

/** An app may have a database or a Redis of its own, which is none of the bench's. */
function isElsewhere(exception: string, places: readonly string[]): boolean {
  const place = /(?:connecting to|reading from|writing to|server on|server at|on host) ['"]?([\w.:-]{1,100}\w)/.exec(
    exception,
  )?.[1];
  return place !== undefined && !places.includes(place);
}

/** The exception that ended a command and what follows it, without the module of Python's own; undefined when none is told. */
function lastException(lines: readonly string[]): string | undefined {
  const isException = (line: string): boolean => /^[A-Za-z_][\w.]*(?:: |$)/.test(line);
  const traceback = lines.findLastIndex((line) =>
    /^Traceback (?:with variables )?\(most recent call last\):$/.test(line),
  );
  // The beginning of a long one is not kept; then its end is what it is known by.
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
