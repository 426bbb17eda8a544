import type { Range } from './figures.ts';
import type { Column, Result } from './lines.ts';
import { rounded } from './report.ts';
import type { Row } from './rounds.ts';

/** Everything at a glance, as a table in Markdown: a row for each line, with medians. */
export function summaryOf(results: readonly Result[]): string {
  const lines = results.flatMap((result) =>
    result.rows.length > 1 && comparedIn(result) ? compared(result) : alone(result),
  );
  return [['work', 'the least', 'peers', 'this service'], ['---', '---', '---', '---'], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

const comparedIn = ({ columns }: Result): Column | undefined => columns.find(({ isCompared }) => isCompared);

/** The reference with its figure; the others with their ratios to it, and the service with its other figures as well. */
function compared(result: Result): string[][] {
  const { title, columns, rows } = result;
  const [reference, ...others] = rows;
  const service = others.at(-1);
  const column = comparedIn(result);
  if (!reference || !service || !column) return [];
  const further = columns
    .filter((other) => other !== column)
    .map((other) => figure(service, other) + (other.isCompared ? ` (${ratio(service.ratios[other.key])})` : ''));
  return [
    [
      title,
      `${reference.name}: ${figure(reference, column)}`,
      others
        .slice(0, -1)
        .map((peer) => `${peer.name} ${ratio(peer.ratios[column.key])}`)
        .join(', '),
      [`**${ratio(service.ratios[column.key])}**`, ...further].join(', '),
    ],
  ];
}

/** What has nothing to be compared with. */
const alone = ({ title, columns, rows }: Result): string[][] =>
  rows.map((row) => [
    rows.length > 1 ? `${title}: ${row.name}` : title,
    '',
    '',
    columns.map((column) => figure(row, column)).join(', '),
  ]);

const figure = ({ figures }: Row, { key, title }: Column): string => `${medianOf(figures[key])} ${title}`;
const ratio = (range: Range | undefined): string => `${medianOf(range)} ×`;
const medianOf = (range: Range | undefined): string => (range ? rounded(range.median) : '');
