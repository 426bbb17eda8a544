import { readdir, readFile } from 'node:fs/promises';
import { scheduler } from 'node:timers/promises';

/** A process as every user of the machine can see it. */
export interface Seen {
  readonly pid: number;
  readonly parent: number;
  /** The argument list and the environment, their parts divided by NUL. */
  readonly text: string;
}

/** All processes that run; one that has ended and only waits to be counted is none. */
export async function processes(): Promise<readonly Seen[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const seen = await Promise.all(pids.map(look));
  return seen.filter((process) => process !== undefined);
}

/** `root` and all that it started, and what these started. */
export async function descendants(root: number): Promise<readonly Seen[]> {
  const all = await processes();
  const found = all.filter(({ pid }) => pid === root);
  // A process added during the iteration is visited as well.
  for (const ancestor of found) found.push(...all.filter(({ parent }) => parent === ancestor.pid));
  return found;
}

/** Resolves when none of the processes runs any more. */
export async function gone(pids: readonly number[]): Promise<void> {
  while ((await Promise.all(pids.map(look))).some((process) => process !== undefined)) await scheduler.wait(20);
}

async function look(pid: number): Promise<Seen | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const text = await Promise.all(['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1')));
    return { pid, parent: Number(parent), text: text.join('\0') };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}
