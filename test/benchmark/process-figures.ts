import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Program } from '../support/processes.ts';

/** Linux counts the time of processes in hundredths of a second. */
const tick = 10;

/** The CPU time that a process has used so far in all its threads, in milliseconds. */
export function cpuTimeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses; user and system time are the 14th and the 15th.
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) * tick;
}

/** What a program that was started with `collectsOnSignal` holds once its garbage is collected, in kilobytes. */
export async function heldMemory({ pid, send }: Program): Promise<number> {
  send('SIGUSR2');
  // The collection takes a fraction of it; pages go back to the system after it.
  await pause(500);
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes);
}
