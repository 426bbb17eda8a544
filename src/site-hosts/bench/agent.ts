import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { BenchConfig } from './bench-config.ts';
import { isBar } from './bench-progress.ts';
import { lineSplitter } from './line-splitter.ts';
import { type Action, claim, type Ended, message, type SiteClaim } from './protocol.ts';

/** How a request ended on the bench. */
export interface BenchReply<Reply> extends Omit<Ended, 'value'> {
  /** The action's reply; undefined when it was refused, failed or was killed. */
  readonly value: Reply | undefined;
  /** The last lines that it printed, oldest first. */
  readonly lines: readonly string[];
}

/** A Python process on the bench's machine that carries out one request after the other (driver/main.py). */
export interface Agent {
  /**
   * Rejects with the signal's reason when it aborts, after everything on the bench was killed; with AgentLost when the
   * process ended by itself or could not be started; and with UnexpectedReply when it does not keep to the protocol.
   */
  ask<Arguments, Reply>(
    action: Action<Arguments, Reply>,
    args: Arguments,
    options: AskOptions,
  ): Promise<BenchReply<Reply>>;
}

export interface AskOptions extends Listening {
  readonly signal: AbortSignal;
  /** Of the site that the action is about; left out for an action about the bench. */
  readonly claim?: SiteClaim;
}

interface Listening {
  /** `secrets` are those known by then; an action that makes some has them in its reply. */
  readonly onLine?: ((line: string, secrets: readonly string[]) => void) | undefined;
  /** What the request may be waiting for, in sentences; none once everything answers again. */
  readonly onUnavailable?: ((what: readonly string[]) => void) | undefined;
}

/** The process on the bench ended, or could not be started. */
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

/** The driver sent something else than protocol.ts says. */
export class UnexpectedReply extends Error {
  override readonly name = 'UnexpectedReply';
  /** What was printed before, and what is wrong with the reply: the names and types of its parts, but none of their values. */
  readonly lines: readonly string[];
  readonly secrets: readonly string[];

  constructor(action: string, fault: string, lines: readonly string[], secrets: readonly string[]) {
    super(`The driver’s reply to ${action} does not keep to the protocol.`);
    this.lines = [...lines, this.message, ...fault.split('\n')];
    this.secrets = secrets;
  }
}

/** The program's modules (driver/), each after those that it imports; the last one serves requests. */
const modules = [
  'settings',
  'errors',
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

/** Reads the first line alone, since the requests follow on the same stream, and runs the modules that it holds. */
const boot = `import json,os,sys,types
package=sys.modules["driver"]=types.ModuleType("driver")
package.__path__=[]
package.hello=json.loads(os.fdopen(0,"rb",0,closefd=False).readline())
for name,source in package.hello.pop("modules"):
    module=sys.modules[name]=types.ModuleType(name)
    exec(compile(source,name,"exec"),module.__dict__)`;

/** How long a process waits for another request, in milliseconds: a little longer than the time between two steps. */
const idleLimit = 3_000;
/** How long processes may take to end after SIGTERM before they are killed, in milliseconds. */
const killAfter = 3_000;
/** How much of the output is kept. A longer line is not, since cutting it could cut a secret beyond recognition. */
const keptLines = 100;
const longestKept = 4_000;

/** An agent for one site's steps. Its process starts with the first request and ends by itself a while after the last. */
export function openAgent(config: BenchConfig): Agent {
  let session: Session | undefined;

  return {
    async ask(action, args, { claim: claimed = null, ...options }) {
      options.signal.throwIfAborted();
      const request = {
        action: action.name,
        claim: claimed && claim.parse(claimed),
        arguments: action.arguments.parse(args),
      };
      if (!session?.isOpen()) session = startSession(config);
      const { lines, value, ...reply } = await session.ask(request, options);
      if (reply.refused !== null || reply.code !== 0) return { ...reply, lines, value: undefined };
      const parsed = action.reply.safeParse(value);
      if (!parsed.success) {
        throw new UnexpectedReply(action.name, z.prettifyError(parsed.error), lines, reply.secrets);
      }
      return { ...reply, lines, value: parsed.data };
    },
  };
}

interface Request {
  readonly action: string;
  readonly claim: SiteClaim | null;
  readonly arguments: unknown;
}

interface Session {
  /** False when its process has ended, or is about to. */
  isOpen(): boolean;
  ask(request: Request, options: Omit<AskOptions, 'claim'>): Promise<Ended & { readonly lines: readonly string[] }>;
}

function startSession(config: BenchConfig): Session {
  const mark = randomBytes(16).toString('hex');
  const child = spawnPython(config);
  let open = true;
  let idle: NodeJS.Timeout | undefined;
  let lines: string[] = [];
  let secrets: readonly string[] = [];
  let listener: Listening = {};
  let onEnded: ((ended: Ended) => void) | undefined;
  let onUnreadable: ((fault: string) => void) | undefined;

  const readMessage = (text: string): void => {
    const parsed = message.safeParse(parseJson(text));
    if (!parsed.success) {
      onUnreadable?.(z.prettifyError(parsed.error));
    } else if ('unavailable' in parsed.data) {
      listener.onUnavailable?.(parsed.data.unavailable);
    } else {
      secrets = parsed.data.secrets;
      if ('code' in parsed.data) onEnded?.(parsed.data);
    }
  };
  const readLine = (line: string): void => {
    if (line.startsWith(mark)) {
      readMessage(line.slice(mark.length));
      return;
    }
    // The newest of several is enough.
    if (isBar.test(line) && isBar.test(lines.at(-1) ?? '')) lines.pop();
    lines.push(line.length > longestKept ? `(a line of ${line.length} characters)` : line);
    if (lines.length > keptLines) lines.shift();
    listener.onLine?.(line, secrets);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', lineSplitter(readLine));
  // 'close' reports a process that cannot start or has ended; what is still written to it is dropped.
  child.on('error', (error) => lines.push(error.message));
  child.stdin.on('error', () => {});
  // If the process dies by itself, kill the rest of its group.
  child.on('exit', () => signalGroup(child, 'SIGKILL'));
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, killedBy) => {
      open = false;
      lines.push(killedBy === null ? `exit code ${code}` : `killed by ${killedBy}`);
      resolve();
    });
  });
  const send = (line: object): void => void child.stdin.write(`${JSON.stringify(line)}\n`);
  const { path, database, templates = true } = config;
  send({ modules, mark, bench: path, database, templates });

  return {
    isOpen: () => open,
    async ask(request, { signal, ...listening }) {
      clearTimeout(idle);
      lines = [];
      listener = listening;
      const { promise, resolve, reject } = Promise.withResolvers<Ended>();
      onEnded = resolve;
      // Its lines are left out: which secrets they may contain is what could not be read.
      onUnreadable = (fault) => reject(new UnexpectedReply(request.action, fault, [], secrets));
      send(request);
      const aborted = new AbortController();
      try {
        const reply = await Promise.race([
          promise,
          ended.then(() => undefined),
          once(signal, 'abort', { signal: aborted.signal }).then(() => undefined),
        ]);
        if (reply) return { ...reply, lines };
        if (signal.aborted) {
          await killGroup(child, ended);
          signal.throwIfAborted();
        }
        throw new AgentLost(lines, secrets);
      } catch (error) {
        // Whether the action still runs is not known either.
        if (error instanceof UnexpectedReply) await killGroup(child, ended);
        throw error;
      } finally {
        aborted.abort();
        listener = {};
        onEnded = undefined;
        onUnreadable = undefined;
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No message is.
  }
}

/** The bench's Python in a process group of its own, with an environment that holds nothing of ours. */
function spawnPython({ path, exec }: BenchConfig): ChildProcessWithoutNullStreams {
  const command = [`${path}/env/bin/python`, '-c', boot];
  // ssh passes its arguments to a shell on the other side, so they are quoted for it.
  const [program = '', ...args] =
    exec.length === 0 ? command : [...exec, ...(basename(exec[0] ?? '') === 'ssh' ? command.map(quoted) : command)];
  const { PATH, HOME, SSH_AUTH_SOCK, KUBECONFIG, DOCKER_HOST } = process.env;
  const env = { PATH, HOME, SSH_AUTH_SOCK, KUBECONFIG, DOCKER_HOST, LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1' };
  return spawn(program, args, { detached: true, env });
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** SIGTERM, then SIGKILL for what has not ended; the whole group, since Frappe starts programs of its own. */
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
