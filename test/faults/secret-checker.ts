import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';

/** Wherever a secret could have been left, and the secrets. */
export interface SearchedPlaces {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** What each process has written to standard output and error, PostgreSQL and Redis among them, by the process's name. */
  readonly logs: Readonly<Record<string, string>>;
  /** Searched recursively. */
  readonly folders: readonly string[];
  /** Long enough not to be found by chance. */
  readonly canaries: readonly string[];
}

/** Every sighting of a canary in any spelling, with its context; none when all is well. */
export async function secretsLeft({ canaries, ...places }: SearchedPlaces): Promise<readonly string[]> {
  const spellings = canaries.flatMap(spellingsOf);
  const sightings: string[] = [];
  for await (const [place, content] of contentsOf(places)) {
    for (const { name, bytes } of spellings) {
      const at = content.indexOf(bytes);
      if (at < 0) continue;
      const around = content.toString('utf8', Math.max(0, at - 80), at + bytes.length + 40);
      sightings.push(`${place} has a password as ${name}: ${JSON.stringify(around)}`);
    }
  }
  return sightings;
}

/** Everything that is searched, part by part, each with its name. */
async function* contentsOf(places: Omit<SearchedPlaces, 'canaries'>): AsyncGenerator<[place: string, content: Buffer]> {
  yield ['the database', await dump(places.databaseUrl)];
  yield ['Redis', await readAll(places.redisUrl)];
  for (const [process, log] of Object.entries(places.logs)) yield [`the log of ${process}`, Buffer.from(log)];
  for (const folder of places.folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      yield [file, await readFile(file)];
    }
  }
}

/**
 * The whole database as pg_dump writes it. The column of sealed passwords is searched too: none of the spellings is a
 * sealed one, so that nothing but an unsealed password is found there.
 */
async function dump(databaseUrl: string): Promise<Buffer> {
  const { stdout } = await promisify(execFile)('pg_dump', ['--dbname', databaseUrl], { maxBuffer: 2 ** 30 });
  // COPY doubles backslashes, those of JSON among them.
  return Buffer.from(stdout.replaceAll('\\\\', '\\'));
}

async function readAll(redisUrl: string): Promise<Buffer> {
  const client = new Redis(redisUrl);
  try {
    const kept: string[] = [];
    for await (const keys of client.scanStream()) {
      // Cast: ioredis types what its streams yield as any; a scan yields lists of keys.
      for (const key of keys as string[]) kept.push(key, ...(await readKey(client, key)));
    }
    return Buffer.from(kept.join('\n'));
  } finally {
    client.disconnect();
  }
}

/** The content of a key. DUMP would not do: its result may be compressed. */
async function readKey(client: Redis, key: string): Promise<readonly string[]> {
  const type = await client.type(key);
  switch (type) {
    case 'string':
      return [(await client.get(key)) ?? ''];
    case 'hash':
      return Object.entries(await client.hgetall(key)).flat();
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, '0', '-1');
    case 'none': // It has gone since the scan.
      return [];
    default:
      throw new Error(`Nobody searches a Redis key of type ${type}: ${key}`);
  }
}

interface Spelling {
  readonly name: string;
  readonly bytes: Buffer;
}

function spellingsOf(secret: string): readonly Spelling[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const nameOf = new Map([
    ...[0, 1, 2].map((before) => [encodedAfter(before, bytes, 'base64'), 'base64'] as const),
    ...[0, 1, 2].map((before) => [encodedAfter(before, bytes, 'base64url'), 'base64url'] as const),
    [hex, 'hex'],
    [hex.toUpperCase(), 'hex'],
    [encodeURIComponent(secret), 'a part of a URL'],
    [new URLSearchParams({ '': secret }).toString().slice(1), 'a field of a form'],
    [JSON.stringify(secret).slice(1, -1), 'JSON'],
    // Last, and so the name of what is spelled alike in all of them.
    [secret, 'text'],
  ]);
  return nameOf
    .entries()
    .map(([text, name]) => ({ name, bytes: Buffer.from(text) }))
    .toArray();
}

/** The encoded characters that depend on these bytes alone, when `before` other bytes (modulo 3) precede them. */
function encodedAfter(before: number, bytes: Buffer, encoding: 'base64' | 'base64url'): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString(encoding);
  return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
