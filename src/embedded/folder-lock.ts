import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Another live process uses the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly pid: number;

  constructor(folder: string, pid: number, remedy: string) {
    const holder = pid === process.pid ? 'this process already' : `process ${pid}`;
    super(`${folder} is in use by ${holder}. ${remedy}`);
    this.pid = pid;
  }
}

/**
 * Takes `<folder>.pid`, so that one process at a time uses the folder, and returns what gives it back.
 * A lock whose process is dead is taken over: processes of one machine (and one container) see each other, others do not.
 * The folder's parent must exist.
 * Throws FolderInUseError, which ends with `remedy`: what the reader can do about it.
 */
export function lockFolder(folder: string, remedy: string): () => void {
  const file = `${folder}.pid`;
  const mine = describe(process.pid);
  while (!createExclusively(file, mine)) {
    const holder = read(file);
    // Gone since we looked: its process closed in between.
    if (holder === undefined) continue;
    const pid = Number.parseInt(holder, 10);
    if (isAlive(pid, holder)) throw new FolderInUseError(folder, pid, remedy);
    moveAside(file, holder);
  }
  return () => {
    if (read(file) === mine) rmSync(file, { force: true });
  };
}

function createExclusively(file: string, content: string): boolean {
  // Written beside it and linked: nobody ever reads a lock that is not fully written yet.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Of several processes that find the same stale lock, one moves it; one that moved a fresh lock puts it back. */
function moveAside(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if (read(aside) !== stale) linkSync(aside, file);
  rmSync(aside, { force: true });
}

function isAlive(pid: number, described: string): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (!hasCode(error, 'EPERM')) return false;
  }
  return describe(pid) === described;
}

/** A pid and, where the system reports it, its process's start time: in a container the same pids recur at every start. */
function describe(pid: number): string {
  return `${pid}\n${startedAt(pid)}\n`;
}

function startedAt(pid: number): string {
  try {
    // Fields 3 and 22 of proc_pid_stat(5), counted behind the command's name, which may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return 'ended';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    // No /proc on this system: the pid alone must do.
    return 'unknown';
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
