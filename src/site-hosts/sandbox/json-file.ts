import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';

/** A folder, and where what is written to it or removed from it is kept meanwhile: on the same disk. */
export interface Place {
  readonly folder: string;
  readonly claim: string;
}

/** One JSON file of a site's folder. */
interface JsonFile<T> {
  /** What it holds; undefined when it is missing or is not what we write: then its step's effect is not there. */
  read(folder: string): Promise<T | undefined>;
  /** Replaces it whole and durably, readable by its owner only. A kill at any moment leaves the old content or the new. */
  write(place: Place, value: T, signal: AbortSignal): Promise<void>;
  /** Removes it; nothing to remove is fine. */
  remove(place: Place): Promise<void>;
}

/** The file `fileName`, whose content is `schema`'s. */
export function jsonFile<T>(fileName: string, schema: z.ZodType<T>): JsonFile<T> {
  return {
    async read(folder) {
      const text = await readFile(join(folder, fileName), 'utf8').catch(unlessMissing);
      if (text === undefined) return undefined;
      try {
        return schema.safeParse(JSON.parse(text)).data;
      } catch {
        return undefined; // not JSON: not written by us
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

/** Makes what was renamed or removed in `folder` outlast a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** For `.catch`: a path that leads nowhere reads undefined, any other error stays an error. */
export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
