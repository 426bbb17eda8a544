/**
 * A driver that replies what its script says, started in the place of the bench's Python: `scripted-driver.ts SCRIPT …`.
 * The script is JSON, by the names of actions: what its message has in place of a successful one's.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const script = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const ended = { value: {}, refused: null, code: 0, signal: null, missing: [], secrets: ['canary-db'], places: [] };
let mark: string | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  const received = JSON.parse(line);
  if (mark === undefined) {
    mark = received.mark;
  } else {
    const scripted = script[received.action];
    const message = typeof scripted === 'string' ? scripted : JSON.stringify({ ...ended, ...scripted });
    process.stdout.write(`canary-db was printed\n${mark}${message}\n`);
  }
}
