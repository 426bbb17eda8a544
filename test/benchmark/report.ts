import type { Range } from './figures.ts';
import type { Column, Result } from './lines.ts';
import type { Row } from './rounds.ts';

/** A line of the benchmark as a table: each figure’s median with the smallest and the largest, and its ratio to the first row. */
export function tableOf({ title, columns, rows }: Result): string {
  const headings = columns.flatMap(({ title, isCompared }) => (isCompared ? [title, '×'] : [title]));
  const lines = rows.map((row, index) => [row.name, ...columns.flatMap((column) => cellsOf(row, column, index === 0))]);
  return `${title}\n${aligned([['', ...headings], ...lines])}`;
}

function cellsOf({ figures, ratios }: Row, { key, isCompared }: Column, isReference: boolean): string[] {
  const cell = textOf(figures[key]);
  if (!isCompared) return [cell];
  return [cell, isReference ? '1' : textOf(ratios[key])];
}

/** `1.25 (1.1–1.4)`, or one figure where it was measured once. */
function textOf(range: Range | undefined): string {
  if (!range) return '';
  const { min, median, max } = range;
  return min === max ? rounded(median) : `${rounded(median)} (${rounded(min)}–${rounded(max)})`;
}

/** With three digits that count, and whole numbers as such. */
export function rounded(figure: number): string {
  if (Number.isInteger(figure) || Math.abs(figure) >= 100) return Math.round(figure).toLocaleString('en');
  return figure.toFixed(Math.abs(figure) >= 10 ? 1 : 2);
}

/** Columns as wide as their widest cell; names to the left, figures to the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2)))
        .join(''),
    )
    .map((line) => `  ${line.trimEnd()}\n`)
    .join('');
}
