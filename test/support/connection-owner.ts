import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Which of these processes has the connection from this port of 127.0.0.1; undefined when none has it any more. */
export function ownerOfConnection(port: number, pids: readonly number[]): number | undefined {
  const from = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const connection = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/ +/))
    .find(([, local]) => local === from);
  const socket = `socket:[${connection?.[9]}]`;
  return pids.find((pid) => filesOf(pid).includes(socket));
}

function filesOf(pid: number): readonly string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).flatMap((file) => fileAt(`${folder}/${file}`));
  } catch {
    return []; // The process has ended.
  }
}

function fileAt(path: string): readonly string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return []; // It was closed meanwhile.
  }
}
