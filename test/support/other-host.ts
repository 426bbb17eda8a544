import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { findProgram } from './private-servers.ts';

/** A host of its own beside this one, by a network namespace of Linux (ip-netns(8)): its cable can be pulled. */
export interface OtherHost {
  /** This machine's address, as the other host reaches it. */
  readonly gateway: string;
  spawn(program: string, args: readonly string[]): ChildProcessByStdio<null, Readable, null>;
  /** Nothing goes there or comes from there any more, and nobody is told. */
  cutOff(): void;
  close(): void;
}

const name = `test-host-${process.pid}`;
const [ourEnd, theirEnd] = [`ta${process.pid}`, `tb${process.pid}`];
/** Of the range for tests of networks (RFC 2544). */
const [gateway, address] = ['198.18.7.1', '198.18.7.2'];

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });

/** Why there is no other host here, or false when there can be. */
export const otherHostMissing: string | false = whyMissing();

function whyMissing(): string | false {
  if (!findProgram('ip')) return 'needs ip on this machine (Debian: apt-get install iproute2)';
  try {
    ip('netns', 'add', name);
    ip('netns', 'delete', name);
    return false;
  } catch {
    return 'needs the right to make network namespaces (root)';
  }
}

export function openOtherHost(): OtherHost {
  ip('netns', 'add', name);
  ip('link', 'add', ourEnd, 'type', 'veth', 'peer', 'name', theirEnd, 'netns', name);
  ip('address', 'add', `${gateway}/30`, 'dev', ourEnd);
  ip('link', 'set', ourEnd, 'up');
  ip('-n', name, 'address', 'add', `${address}/30`, 'dev', theirEnd);
  ip('-n', name, 'link', 'set', theirEnd, 'up');
  return {
    gateway,
    spawn: (program, args) =>
      spawn('ip', ['netns', 'exec', name, program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
    cutOff: () => ip('-n', name, 'link', 'set', theirEnd, 'down'),
    // Both ends go with it.
    close: () => ip('netns', 'delete', name),
  };
}
