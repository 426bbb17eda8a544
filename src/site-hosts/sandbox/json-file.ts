import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';

/** A folder, and the claim's own one on the same disk, through which files enter and leave it. */
export interface ClaimedFolder {
  readonly folder: string;
  readonly claim: string;
}

/** One JSON file of a site's folder. */
interface JsonFile<T> {
  /** Its content; undefined when it is missing or is not what this service writes: then its step has had no effect. */
  read(folder: string): Promise<T | undefined>;
  /** Replaces it atomically and durably, readable by its owner only. A kill at any moment leaves the old content or the new. */
  write(to: ClaimedFolder, value: T, signal: AbortSignal): Promise<void>;
  /** Removes it; nothing to remove is fine. */
  remove(from: ClaimedFolder): Promise<void>;
}

/** The file `fileName` with content of this schema. */
export function jsonFile<T>(fileName: string, schema: z.ZodType<T>): JsonFile<T> {
  return {
    async read(folder) {
      const text = await readFile(join(folder, fileName), 'utf8').catch(unlessMissing);
      if (text === undefined) return undefined;
      try {
        return schema.safeParse(JSON.parse(text)).data;
      } catch {
        return undefined; // not JSON: not written by this service
      }
    },
    async write({ folder, claim }, value, signal) {
      const temporary = join(claim, fileName);
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      signal.throwIfAborted();
      await rename(temporary, join(folder, fileName));
      await syncFolder(folder);
    },
    async remove({ folder, claim }) {
      const temporary = join(claim, fileName);
      await rename(join(folder, fileName), temporary).catch(unlessMissing);
      await rm(temporary, { force: true });
      await syncFolder(folder);
    },
  };
}

/** Makes renames and removals in `folder` survive a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** For `.catch`: undefined for a path that does not exist; rethrows any other error. */
export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
