import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findProgram } from '../support/private-servers.ts';

/** The cores that this process may use, by their numbers. */
export const cores: readonly number[] = allowedCores();

const taskset = findProgram('taskset');

/** Whether the server under test has a core to itself, and everything else the other ones. */
export const isPinned = taskset !== undefined && cores.length > 1;

export const pinToServerCore = (pid: number): void => pin(pid, cores.slice(0, 1));

/** Whatever the process starts from now on runs there as well. */
export const pinToLoadCores = (pid: number): void => pin(pid, cores.slice(1));

function pin(pid: number, to: readonly number[]): void {
  if (taskset && isPinned)
    execFileSync(taskset, ['--all-tasks', '--cpu-list', '--pid', to.join(), `${pid}`], { stdio: 'ignore' });
}

/** Linux writes them as `0-3,8`. */
function allowedCores(): number[] {
  const [, list = ''] = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
