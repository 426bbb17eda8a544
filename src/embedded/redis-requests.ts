/** The words of one request: a command's name and its arguments. */
export type RedisRequest = readonly Buffer[];

/** Redis' limit of a line, and its settings proto-max-bulk-len and client-query-buffer-limit, in bytes. */
export const requestLimits = { line: 64 * 1024, bulk: 1024 * 1024, request: 4 * 1024 * 1024 };

/** A request that Redis does not accept; the connection ends after this answer, or without one where it is undefined. */
export class RedisProtocolError extends Error {
  override readonly name = 'RedisProtocolError';
  readonly answer: string | undefined;

  constructor(fault: string | undefined) {
    super(fault);
    this.answer = fault === undefined ? undefined : `-ERR Protocol error: ${fault}\r\n`;
  }
}

/**
 * Reads a connection's requests, inline or RESP2 arrays, as redis-server 7 does: what that accepts is accepted, and what
 * it refuses is refused in its words. Keeps at most one request, of bounded size.
 */
export class RedisRequestReader {
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** How many buffered bytes it takes to continue. */
  #needed = 1;
  /** The array that is being read: its words so far, how many are missing, and the length of the next if it is known. */
  #words: Buffer[] = [];
  #missing = 0;
  #length: number | undefined;
  #size = 0;

  /** The requests that end in `chunk`. Throws RedisProtocolError after those before the one that is not accepted. */
  *read(chunk: Buffer): Generator<RedisRequest> {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return;
    let rest: Buffer = Buffer.concat(this.#chunks);
    for (;;) {
      const taken = rest.length === 0 ? undefined : this.#take(rest);
      if (taken === undefined) break;
      rest = rest.subarray(taken.bytes);
      if (taken.request) yield taken.request;
    }
    this.#chunks = [rest];
    this.#buffered = rest.length;
    this.#needed = this.#length === undefined ? rest.length + 1 : this.#length + 2;
  }

  #take(rest: Buffer): { readonly bytes: number; readonly request?: RedisRequest | undefined } | undefined {
    if (this.#length !== undefined) return this.#takeWord(rest, this.#length);
    if (this.#missing > 0) return this.#takeLength(rest);
    if (rest[0] === star) return this.#takeCount(rest);
    return takeLine(rest);
  }

  #takeCount(rest: Buffer) {
    const header = headerOf(rest, 'too big mbulk count string');
    if (header === undefined) return undefined;
    const count = integer(header.slice(1));
    if (count === undefined || count > 2 ** 31 - 1) throw new RedisProtocolError('invalid multibulk length');
    this.#missing = Math.max(count, 0);
    this.#words = [];
    this.#size = 0;
    return { bytes: header.length + 2 };
  }

  #takeLength(rest: Buffer) {
    const header = headerOf(rest, 'too big bulk count string');
    if (header === undefined) return undefined;
    if (header[0] !== '$') throw new RedisProtocolError(`expected '$', got '${header[0] ?? '\r'}'`);
    const length = integer(header.slice(1));
    if (length === undefined || length < 0 || length > requestLimits.bulk)
      throw new RedisProtocolError('invalid bulk length');
    this.#size += length + costOfWord;
    if (this.#size > requestLimits.request) throw new RedisProtocolError(undefined);
    this.#length = length;
    return { bytes: header.length + 2 };
  }

  /** Redis does not look at the two bytes after a word either. */
  #takeWord(rest: Buffer, length: number) {
    if (rest.length < length + 2) return undefined;
    // A copy, so that a word does not keep the packet that it came in.
    this.#words.push(Buffer.from(rest.subarray(0, length)));
    this.#length = undefined;
    this.#missing -= 1;
    return { bytes: length + 2, request: this.#missing === 0 ? this.#words : undefined };
  }
}

const star = '*'.charCodeAt(0);
/** About what a word takes in memory besides its bytes. */
const costOfWord = 100;

/** The text up to a CR and one more byte, undefined until it is there. A NUL ends the search for it, as in C. */
function headerOf(rest: Buffer, fault: string): string | undefined {
  const end = endOf(rest, '\r');
  if (end === -1 && rest.length > requestLimits.line) throw new RedisProtocolError(fault);
  return end === -1 || rest.length < end + 2 ? undefined : rest.toString('latin1', 0, end);
}

function takeLine(rest: Buffer) {
  const end = endOf(rest, '\n');
  if (end === -1 && rest.length > requestLimits.line) throw new RedisProtocolError('too big inline request');
  if (end === -1) return undefined;
  const words = wordsOf(rest.toString('latin1', 0, end).replace(/\r$/, ''));
  return { bytes: end + 1, request: words.length === 0 ? undefined : words };
}

function endOf(rest: Buffer, character: string): number {
  const end = rest.indexOf(character);
  const nul = rest.indexOf(0);
  return nul !== -1 && nul < end ? -1 : end;
}

/** Written as Redis writes it: without a plus sign or leading zeros. */
const integer = (text: string): number | undefined => (/^(0|-?[1-9]\d{0,18})$/.test(text) ? Number(text) : undefined);

/** One word of a line, quoted or not, and what follows it. Quotes may open within a word, and must close at its end. */
const word = /^([^ \t\n\r"']*)(?:"((?:[^"\\]|\\.)*)"|'((?:\\'|(?!\\')[^'])*)')?(?=[ \t\n\v\f\r]|$)/s;
/** C's isspace: JavaScript's \s has more. */
const blanks = /^[ \t\n\v\f\r]+/;

/** The words of an inline request, in which each character stands for a byte. */
function wordsOf(line: string): Buffer[] {
  const words: Buffer[] = [];
  for (let rest = line.replace(blanks, ''); rest !== ''; ) {
    const [whole, bare = '', double, single = ''] = word.exec(rest) ?? [];
    if (whole === undefined) throw new RedisProtocolError('unbalanced quotes in request');
    const quoted = double === undefined ? single.replaceAll("\\'", "'") : double.replace(escapes, unescaped);
    words.push(Buffer.from(bare + quoted, 'latin1'));
    rest = rest.slice(whole.length).replace(blanks, '');
  }
  return words;
}

const escapes = /\\(?:x([\da-f]{2})|(.))/gis;
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
const unescaped = (_escape: string, hex: string | undefined, character: string): string =>
  hex === undefined ? (controls[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16));

/** The request as an array of RESP2. */
export const encodeRequest = (request: RedisRequest): Buffer =>
  Buffer.concat([
    Buffer.from(`*${request.length}\r\n`),
    ...request.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, newline]),
  ]);

const newline = Buffer.from('\r\n');
