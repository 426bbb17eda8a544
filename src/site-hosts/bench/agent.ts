import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { BenchConfig } from './bench-config.ts';
import { isBar } from './bench-progress.ts';
import { lineSplitter } from './line-splitter.ts';

/** How a request ended on the bench. */
export interface Answer {
  /** What the action answered; null when it raised or was killed. */
  readonly value: Readonly<Record<string, unknown>> | null;
  /** It raised; the traceback is among the lines. */
  readonly raised: boolean;
  /** The signal that killed it, e.g. 9 when the machine ran out of memory; null otherwise. */
  readonly signal: number | null;
  /** When it failed: what of the bench was unavailable just then, in sentences. */
  readonly missing: readonly string[];
  /** What may stand in the lines that nobody shall read, beside what whoever asks knows. */
  readonly secrets: readonly string[];
  /** Where the bench's own database and Redis are, as their clients' errors name them. */
  readonly places: readonly string[];
  /** The last lines that it printed, oldest first. */
  readonly lines: readonly string[];
}

/** A Python process on the bench's machine that carries out one request after the other (driver/main.py). */
export interface Agent {
  /**
   * Rejects with the signal's reason when it aborts, after everything on the bench was killed, and with AgentLost when
   * the process ended by itself or could not be started.
   */
  ask(action: string, args: object, options: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly onLine?: ((line: string) => void) | undefined;
  /** What the request may be waiting for, in sentences; none once everything answers again. */
  readonly onUnavailable?: ((what: readonly string[]) => void) | undefined;
}

/** The bench's process is gone, or never came to be. */
export class AgentLost extends Error {
  override readonly name = 'AgentLost';
  readonly lines: readonly string[];
  readonly secrets: readonly string[];

  constructor(lines: readonly string[], secrets: readonly string[]) {
    super('The process on the bench ended.');
    this.lines = lines;
    this.secrets = secrets;
  }
}

/** The program's modules (driver/), each after those that it imports; the last one serves requests. */
const modules = [
  'settings',
  'records',
  'fences',
  'frappe_bench',
  'database',
  'database_client',
  'site_address',
  'snapshots',
  'undo',
  'wizard',
  'watch',
  'inspect_site',
  'actions',
  'main',
].map((name) => [`driver.${name}`, readFileSync(new URL(`driver/${name}.py`, import.meta.url), 'utf8')]);

/** Reads one line without reading on, since the requests follow on the same stream, and runs the modules that it holds. */
const boot = `import json,os,sys,types
package=sys.modules["driver"]=types.ModuleType("driver")
package.__path__=[]
package.hello=json.loads(os.fdopen(0,"rb",0,closefd=False).readline())
for name,source in package.hello.pop("modules"):
    module=sys.modules[name]=types.ModuleType(name)
    exec(compile(source,name,"exec"),module.__dict__)`;

/** How long a process waits for another request, in milliseconds: longer than between two steps, and no longer. */
const idleLimit = 3_000;
/** How long what is told to end may take before it is killed, in milliseconds. */
const killAfter = 3_000;
/** How much of the output is kept. A longer line is not, since cutting it could cut a secret beyond recognition. */
const keptLines = 100;
const longestKept = 4_000;

/** An agent for one site's steps. Its process starts with the first request and ends by itself a while after the last. */
export function openAgent(config: BenchConfig): Agent {
  let session: Session | undefined;

  return {
    async ask(action, args, options) {
      options.signal.throwIfAborted();
      if (!session?.isOpen()) session = startSession(config);
      return session.ask({ action, arguments: args }, options);
    },
  };
}

interface Session {
  /** False when its process has ended, or was told to. */
  isOpen(): boolean;
  ask(request: object, options: AskOptions): Promise<Answer>;
}

function startSession(config: BenchConfig): Session {
  const mark = randomBytes(16).toString('hex');
  const child = spawnPython(config);
  let open = true;
  let idle: NodeJS.Timeout | undefined;
  let lines: string[] = [];
  let secrets: readonly string[] = [];
  let listener: Omit<AskOptions, 'signal'> = {};
  let onMessage: ((message: Omit<Answer, 'lines'>) => void) | undefined;

  const take = (line: string): void => {
    if (line.startsWith(mark)) {
      const message = JSON.parse(line.slice(mark.length));
      if ('unavailable' in message) listener.onUnavailable?.(message.unavailable);
      else secrets = message.secrets;
      if ('raised' in message) onMessage?.(message);
      return;
    }
    // The newest of several is enough.
    if (isBar.test(line) && isBar.test(lines.at(-1) ?? '')) lines.pop();
    lines.push(line.length > longestKept ? `(a line of ${line.length} characters)` : line);
    if (lines.length > keptLines) lines.shift();
    listener.onLine?.(line);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', lineSplitter(take));
  // A process that cannot start or has ended says so by 'close'; what is still written to it goes nowhere.
  child.on('error', (error) => lines.push(error.message));
  child.stdin.on('error', () => {});
  // When it dies alone, what it began must not go on without it.
  child.on('exit', () => signalGroup(child, 'SIGKILL'));
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, killedBy) => {
      open = false;
      lines.push(killedBy === null ? `exit code ${code}` : `killed by ${killedBy}`);
      resolve();
    });
  });
  const send = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  const { path, database, templates = true } = config;
  send({ modules, mark, bench: path, database, templates });

  return {
    isOpen: () => open,
    async ask(request, { signal, ...listening }) {
      clearTimeout(idle);
      lines = [];
      listener = listening;
      const { promise, resolve } = Promise.withResolvers<Omit<Answer, 'lines'>>();
      onMessage = resolve;
      send(request);
      const aborted = new AbortController();
      try {
        const answer = await Promise.race([
          promise,
          ended.then(() => undefined),
          once(signal, 'abort', { signal: aborted.signal }).then(() => undefined),
        ]);
        if (answer) return { ...answer, lines };
        if (signal.aborted) {
          await killGroup(child, ended);
          signal.throwIfAborted();
        }
        throw new AgentLost(lines, secrets);
      } finally {
        aborted.abort();
        listener = {};
        onMessage = undefined;
        if (open) {
          idle = setTimeout(() => {
            open = false;
            child.stdin.end();
          }, idleLimit);
        }
      }
    },
  };
}

/** The bench's Python in a process group of its own, with an environment that holds nothing of ours. */
function spawnPython({ path, exec }: BenchConfig): ChildProcessWithoutNullStreams {
  const command = [`${path}/env/bin/python`, '-c', boot];
  // ssh gives its words to a shell on the other side, so they are quoted for it.
  const [program = '', ...args] =
    exec.length === 0 ? command : [...exec, ...(basename(exec[0] ?? '') === 'ssh' ? command.map(quoted) : command)];
  const { PATH, HOME, SSH_AUTH_SOCK, KUBECONFIG, DOCKER_HOST } = process.env;
  const env = { PATH, HOME, SSH_AUTH_SOCK, KUBECONFIG, DOCKER_HOST, LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1' };
  return spawn(program, args, { detached: true, env });
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** TERM, and KILL for what does not end; the whole group, since Frappe starts programs of its own. */
async function killGroup(child: ChildProcessWithoutNullStreams, ended: Promise<unknown>): Promise<void> {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), killAfter);
  child.stdin.end();
  await ended;
  clearTimeout(timer);
}

function signalGroup({ pid }: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group has ended already.
  }
}
