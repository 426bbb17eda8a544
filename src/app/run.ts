import { inspect } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import { UnusableDatabase } from '../database/unusable-database.ts';
import { PgliteCannotStart } from '../embedded/cannot-start.ts';
import { FolderInUseError } from '../embedded/folder-lock.ts';
import { NoSignInToken } from '../embedded/sign-in-token.ts';
import { CannotListen } from '../http/cannot-listen.ts';
import { MissingKey } from '../secrets/secret-box.ts';
import { onStopSignal } from './stop-signals.ts';

/** How long closing may take, in milliseconds: supervisors kill after 10 s (Docker) or 30 s (Kubernetes). */
const closeLimit = 9_500;

class CloseTimeout extends Error {
  override readonly message =
    `Shutdown did not finish within ${closeLimit / 1_000} s; exiting. Other workers will pick up unfinished work.`;
}

/**
 * Runs a program until a signal: the first SIGINT or SIGTERM closes what `open` opened, the second one exits at once.
 * Exit code 0 after a clean shutdown, 1 when it could not start or close.
 */
export function run(open: () => Promise<{ close(): Promise<void> }>): void {
  const opened = Promise.try(open);
  onStopSignal(() => {
    opened
      .then(({ close }) => close())
      .then(() => process.exit(0))
      .catch(fail);
    setTimeout(() => fail(new CloseTimeout()), closeLimit);
  });
  opened.catch(fail);
}

/** Prints what is wrong and exits with code 1. */
export function fail(error: unknown): never {
  process.stderr.write(`${plainly(error)}\n`);
  process.exit(1);
}

/** The message alone for the user's errors, with a stack trace for bugs. */
export function plainly(error: unknown): string {
  if (
    error instanceof ConfigError ||
    error instanceof FolderInUseError ||
    error instanceof PgliteCannotStart ||
    error instanceof CannotListen ||
    error instanceof CloseTimeout ||
    error instanceof UnusableDatabase ||
    error instanceof MissingKey ||
    error instanceof NoSignInToken ||
    isSystemError(error)
  )
    return error.message;
  // For a name with several addresses, the aggregate has no message and each of its errors has one.
  if (error instanceof AggregateError) return error.errors.map(plainly).join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : inspect(error);
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
