import type { FailureReason } from '../../company/failure.ts';
import { SiteHostError } from '../site-host.ts';
import type { Answer } from './agent.ts';

interface Failure {
  /** Found in what the bench printed. */
  readonly sign: RegExp;
  readonly reason: FailureReason;
  /** For the customer. */
  readonly message: string;
  /** Worth trying again within the attempt. */
  readonly transient?: true;
}

/** What benches say when something fails, the first that fits. The signs were seen on Frappe 15 and 16 (or read there). */
const failures: readonly Failure[] = [
  {
    sign: /^Site .+ already exists|Your bench has an app called/m,
    reason: 'SITE_NAME_TAKEN',
    message: 'There is a site of this name already; ask for another domain.',
  },
  {
    sign: /\((2002|2003|2006|2013), |could not connect to server|Connection refused.*5432|server closed the connection/,
    reason: 'HOST_UNAVAILABLE',
    message: 'The database server does not answer.',
    transient: true,
  },
  {
    sign: /\((1040|1203), |too many (clients|connections)/i,
    reason: 'HOST_UNAVAILABLE',
    message: 'The database server is too busy.',
    transient: true,
  },
  {
    sign: /LockTimeoutError|Failed to ac?quire lock|\((1205|1213), /,
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench is busy with another site.',
    transient: true,
  },
  {
    sign: /\((1044|1045|1142|1227|1698), |password authentication failed/,
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench may not use its database server.',
  },
  {
    sign: /No space left on device|Errno 28|\(1021, |disk full/i,
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench’s disk is full.',
  },
  {
    sign: /redis\.exceptions\.(ConnectionError|TimeoutError)|Error \d+ connecting to .+(6379|1[123]000)/,
    reason: 'HOST_UNAVAILABLE',
    message: 'The bench’s Redis does not answer.',
    transient: true,
  },
  {
    sign: /Could not find app|No module named|not in apps\.txt/,
    reason: 'APP_NOT_AVAILABLE',
    message: 'One of the apps is not installed on the bench.',
  },
  {
    sign: /Database .+ already exists/,
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
  answer: Pick<Answer, 'lines' | 'signal'> & { readonly code?: number },
  otherwise: Ending,
): SiteHostError {
  const text = answer.lines.join('\n');
  const ended = answer.signal === null ? `exit code ${answer.code ?? 1}` : `killed by signal ${answer.signal}`;
  const detail = `${ended}\n${answer.lines.slice(-30).join('\n')}`;
  if (answer.signal === 9) {
    return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s machine ended the work, probably for want of memory.', {
      detail,
    });
  }
  const known = failures.find(({ sign }) => sign.test(text));
  const { reason, message, transient = false } = { transient: known?.transient, ...(known ?? otherwise) };
  return new SiteHostError(reason, message, { transient: transient === true, detail });
}
