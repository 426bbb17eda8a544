const longestLine = 65_536;

/**
 * Splits output, in any chunks, into lines. A carriage return ends a line as well: Frappe redraws its bars that way. Bytes
 * that are not UTF-8 are replaced, and lines that are too long are cut, so that endless output takes bounded memory.
 */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\r|\n/);
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
}
