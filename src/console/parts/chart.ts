import { svg, type TemplateResult } from 'lit-html';

const width = 120;
const height = 28;

/** A line of values over time, the newest at the right; the figure beside it says the same for those who do not see it. */
export function chart(values: readonly number[]): TemplateResult {
  // Few values are not stretched over all of it: they would look like a long time.
  const most = Math.max(20, values.length);
  const highest = Math.max(1, ...values);
  const points = values.map((value, index) => {
    const x = width - (values.length - 1 - index) * (width / (most - 1));
    return `${x.toFixed(1)},${(height - 2 - (value / highest) * (height - 4)).toFixed(1)}`;
  });
  return svg`<svg class="chart" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    <polyline points=${points.join(' ')} fill="none" stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke"></polyline>
  </svg>`;
}
