import { levelName } from './log.ts';

/** Writes the log's lines for somebody who reads along: the level, the message, and what belongs to it. */
export function readableLines(output: { write(text: string): void }): { write(line: string): void } {
  return {
    write(line) {
      const { level, time: _, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const cause = err === undefined ? [] : [`(${isObject(err) ? err['message'] : err})`];
      const details = Object.entries(rest).map(([name, value]) => `${name}=${textOf(value)}`);
      const label = levelName(Number(level)).padEnd(5);
      output.write(`  ${[label, msg, ...cause, ...details].join(' ')}\n`);
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
