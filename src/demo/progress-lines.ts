import type { WriteStream } from 'node:tty';
import type { StatusChange } from '../client/client.ts';

const width = 30;

/** Draws events as they come: one bar that grows on a terminal, a plain line each where there is none. */
export function progressLines(output: Pick<WriteStream, 'write' | 'isTTY'>): (change: StatusChange) => void {
  return (change) => {
    const line = lineOf(change);
    if (!output.isTTY) return void output.write(`  ${line}\n`);
    const isLast = change.status === 'ACTIVE' || change.status === 'FAILED';
    output.write(`\r\x1b[2K  ${barOf(change.progress)} ${line}${isLast ? '\n' : ''}`);
  };
}

const lineOf = ({ version, status, progress, message }: StatusChange): string =>
  `${String(version).padStart(3)}  ${status.padEnd(12)} ${String(progress).padStart(3)} %  ${message}`;

function barOf(progress: number): string {
  const done = Math.round((progress / 100) * width);
  return `[${'█'.repeat(done)}${'·'.repeat(width - done)}]`;
}
