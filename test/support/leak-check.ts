/**
 * Fails a test file that leaves something behind: `node --import ./test/support/leak-check.ts --test …`, in which each file
 * is a process of its own. A file that is still alive long after its last test ends with the names of what keeps it alive,
 * instead of hanging; and no child process may outlive its file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { after } from 'node:test';

/** How long a file's own hooks may take to close everything, in milliseconds. */
const grace = Number(process.env['LEAK_GRACE'] ?? 30_000);
/** How long children that were just killed may take to end, in milliseconds. */
const childGrace = 2_000;

// The runner itself and the programs that tests start load this module as well.
const [, file = ''] = process.argv;
if (process.env['NODE_TEST_CONTEXT'] !== undefined && /\.test\.m?[jt]s$/.test(file)) {
  after(() => {
    setTimeout(() => {
      fail(`kept alive by ${[...new Set(process.getActiveResourcesInfo())].join(', ')}`);
      process.exit();
    }, grace).unref();
    // From here on, so that what the file's programs themselves do at the end of this process is done before.
    process.once('exit', () => {
      const left = childrenLeft();
      if (left.length > 0) fail(['leaves running', ...left].join('\n  '));
    });
  });
}

function fail(leak: string): void {
  process.exitCode = 1;
  process.stderr.write(`${file} leaks: ${leak}\n`);
}

/** The children that still run, once those that are about to end have had the time to. */
function childrenLeft(): readonly string[] {
  const end = Date.now() + childGrace;
  let left = children();
  while (left.length > 0 && Date.now() < end) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    left = children();
  }
  return left;
}

/** The command lines of this process's children; none where there is no /proc. */
function children(): readonly string[] {
  try {
    const tasks = readdirSync('/proc/self/task').map((task) => read(`/proc/self/task/${task}/children`));
    return tasks.flatMap((pids) => pids.split(' ').filter(Boolean)).flatMap(commandOf);
  } catch {
    return []; // There is no /proc.
  }
}

/** Empty for one that has ended and only waits to be reaped. */
function commandOf(pid: string): readonly string[] {
  const [state] = read(`/proc/${pid}/stat`).slice(-300).split(') ').at(-1)?.split(' ') ?? [];
  if (state === undefined || state === '' || 'ZX'.includes(state)) return [];
  return [`${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 200)}`];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
}
