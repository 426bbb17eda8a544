const longestLine = 65_536;

/**
 * Takes output in any chunks and gives its lines, where a carriage return ends a line as well: Frappe redraws its bars
 * that way. Bytes that are no UTF-8 are replaced, and what is too long for a line is cut, so that output without an end
 * costs bounded memory.
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
