import assert from 'node:assert/strict';
import { ask } from './ask.ts';
import { until } from './processes.ts';

/** The value of each series of a page, e.g. `provisioning_jobs_enqueued_total{queue="mail",outcome="enqueued"}`. */
type Samples = ReadonlyMap<string, number>;

/** A page of Prometheus’ text format 0.0.4, whose numbers are Go’s, so that prom-client’s `Nan` is one; fails on whatever is not one, such as a series without its type or one told twice. */
function samplesOf(page: string): Samples {
  const samples = new Map<string, number>();
  let family = '';
  let helped = '';
  const families = new Set<string>();
  assert.ok(page.endsWith('\n'), 'the last line has an end');
  for (const line of page.slice(0, -1).split('\n')) {
    const [, helpOf] = /^# HELP ([a-zA-Z_:][\w:]*) \S.*$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? [];
    const [, series = '', name = '', value] =
      /^(([a-zA-Z_:][\w:]*)(?:\{[a-zA-Z_]\w*="[^"\\\n]*"(?:,[a-zA-Z_]\w*="[^"\\\n]*")*\})?) (\+Inf|-Inf|Nan|[-+]?\d[\d.e+-]*)$/.exec(
        line,
      ) ?? [];
    if (helpOf) helped = helpOf;
    else if (typed) {
      assert.equal(helped, typed);
      assert.ok(!families.has(typed), `${typed} comes twice`);
      family = type === 'histogram' ? `${typed}(_bucket|_sum|_count)` : typed;
      families.add(typed);
    } else if (series) {
      assert.match(name, new RegExp(`^${family}$`), 'it belongs to the type above it');
      assert.ok(!samples.has(series), `${series} comes twice`);
      samples.set(series, Number(value?.replace('Inf', 'Infinity')));
    } else assert.equal(line, '', 'it is not Prometheus text');
  }
  return samples;
}

export async function scrape(address: string): Promise<Samples> {
  const { status, type, text } = await ask(new URL('/metrics', address).href, { method: 'GET' });
  assert.equal(status, 200);
  assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
  return samplesOf(text);
}

/** By how much series have risen that begin with `prefix`; those that stand still are left out. Counters never fall. */
export function raised(before: Samples, now: Samples, prefix: string): Record<string, number> {
  const differences = [...now]
    .filter(([series]) => series.startsWith(prefix))
    .map(([series, value]) => [series.slice(prefix.length), value - (before.get(series) ?? 0)] as const);
  for (const [series, difference] of differences) assert.ok(difference >= 0, `${prefix}${series} fell`);
  return Object.fromEntries(differences.filter(([, difference]) => difference > 0));
}

/** Waits until exactly this has risen: something is counted when it has ended, which may be after its answer came. */
export async function rises(address: string, before: Samples, prefix: string, expected: Record<string, number>) {
  let found: Record<string, number> = {};
  await until(
    `${prefix} rises`,
    async () => {
      found = raised(before, await scrape(address), prefix);
      return Object.entries(expected).every(([series, difference]) => (found[series] ?? 0) >= difference);
    },
    5_000,
  ).catch(() => {
    // The comparison below shows what is missing.
  });
  assert.deepEqual(found, expected);
}

/** The loops that a process watches over, as its page tells. */
export const loopsOf = async (address: string): Promise<(string | undefined)[]> =>
  [...(await scrape(address)).keys()]
    .flatMap((series) => /^provisioning_loop_silence_seconds\{loop="(.+)"\}$/.exec(series)?.slice(1) ?? [])
    .toSorted();

/** The values of all labels, none of which may hold an id, a host name, an address or anything that was sent. */
export function labelsThatTellNothing(samples: Samples): ReadonlySet<string> {
  const labels = [...samples.keys()].flatMap((series) => [...series.matchAll(/="([^"]*)"/g)]);
  const values = new Set(labels.map(([, value = '']) => value));
  for (const value of values) {
    assert.doesNotMatch(value, /COMP-|localhost|127\.0\.0\.1|@|correct horse|erpnext|[0-9a-f]{8}-/i);
    assert.ok(value.length < 40, value);
  }
  return values;
}
