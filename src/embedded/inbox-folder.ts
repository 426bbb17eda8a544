import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from './make-folder.ts';
import type { ReceivedMail } from './received-mail.ts';

/** Mails as files of JSON, for their owner alone; each is called by its mail's id. */
export interface InboxFolder {
  /** Those that could be read when the folder was opened, oldest first. */
  readonly mails: readonly ReceivedMail[];
  /** How many files hold no mail; they are left where they are. */
  readonly broken: number;
  /** Returns once the mail would outlive this process. */
  keep(mail: ReceivedMail): void;
  forget(mail: ReceivedMail): void;
}

/** The largest file that is read, in bytes; a mail that was taken makes a smaller one. */
const largestFile = 16 * 1024 * 1024;

/** Opens the folder with the newest `most` of its mails, and removes the older ones. */
export function openInboxFolder(folder: string, most: number): InboxFolder {
  makePrivateFolder(folder);
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  const names = readdirSync(folder);
  // What a process that was killed had not finished writing.
  for (const name of names.filter((name) => name.endsWith('.part'))) rmSync(join(folder, name), { force: true });
  const ids = names.flatMap((name) => /^(\d{15}-[\da-f]{8})\.json$/.exec(name)?.[1] ?? []).toSorted();
  for (const id of ids.slice(0, -most)) rmSync(fileOf(id), { force: true });
  const newest = ids.slice(-most);
  const mails = newest.flatMap((id) => readMail(fileOf(id), id) ?? []);
  return {
    mails,
    broken: newest.length - mails.length,
    keep(mail) {
      const part = join(folder, `${mail.id}.part`);
      writeFileSync(part, JSON.stringify(mail), { mode: 0o600 });
      renameSync(part, fileOf(mail.id));
    },
    forget: ({ id }) => rmSync(fileOf(id), { force: true }),
  };
}

/** Sorts by the time at which the mail came, and is no other mail's, whichever process took it. */
export const newMailId = (receivedAt: Date): string =>
  `${String(receivedAt.getTime()).padStart(15, '0')}-${randomBytes(4).toString('hex')}`;

/** Undefined when the file holds something else than a mail. */
function readMail(file: string, id: string): ReceivedMail | undefined {
  try {
    if (statSync(file).size > largestFile) return undefined;
    chmodSync(file, 0o600);
    return mailOf(JSON.parse(readFileSync(file, 'utf8')), id);
  } catch {
    // A partial or unreadable file: the others are still shown, and the caller reports it.
    return undefined;
  }
}

function mailOf(value: unknown, id: string): ReceivedMail | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { from, to, subject, messageId, html, text, receivedAt, headers }: Record<string, unknown> = { ...value };
  const moment = new Date(typeof receivedAt === 'string' ? receivedAt : Number.NaN);
  if (!isText(from) || !isText(subject) || !isText(messageId) || Number.isNaN(moment.getTime())) return undefined;
  if (!Array.isArray(to) || !to.every(isText) || !Array.isArray(headers) || !headers.every(isHeader)) return undefined;
  return {
    ...{ id, from, to, subject, messageId, headers, receivedAt: moment },
    html: isText(html) ? html : undefined,
    text: isText(text) ? text : undefined,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isHeader = (value: unknown): value is { name: string; value: string } =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'value' in value &&
  isText(value.name) &&
  isText(value.value);
