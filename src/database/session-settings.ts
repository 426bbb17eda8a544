import { escapeIdentifier, escapeLiteral } from 'pg';

/** Settings of a session by name, as PostgreSQL shows them. */
export type SessionSettings = Readonly<Record<string, string>>;

/** What the service's statements rely on, whatever the server, the database or the role has as its default. */
const meanings: SessionSettings = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  default_transaction_isolation: 'read committed',
  // A plan that was kept from when a table was small would read all of it once it is large.
  plan_cache_mode: 'force_custom_plan',
  standard_conforming_strings: 'on',
};

/** For requests, jobs and readers: a statement that takes longer, or waits for longer, is a fault. */
export const withLimits: SessionSettings = {
  ...meanings,
  statement_timeout: '15s',
  lock_timeout: '10s',
  idle_in_transaction_session_timeout: '30s',
};

/** For migrations, which take as long as they take, and wait for each other. */
export const withoutLimits: SessionSettings = {
  ...meanings,
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

/** A setting that nothing but the start-up of a session gives it: where it holds, all of them do. */
export const startUpMark = { name: 'company_provisioning.settings', value: 'at-start-up' };

/** The start-up parameter `options` that makes the settings hold for the whole session. */
export const startUpOptions = (settings: SessionSettings): string =>
  Object.entries({ ...settings, [startUpMark.name]: startUpMark.value })
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');

/** The statements that make the settings hold for the transaction that has just begun. */
export const localSettings = (settings: SessionSettings): string =>
  Object.entries(settings)
    .map(([name, value]) => {
      // A default comes too late for a transaction that has begun.
      const setting = name === 'default_transaction_isolation' ? 'transaction_isolation' : name;
      return `set local ${setting.split('.').map(escapeIdentifier).join('.')} = ${listOf(setting, value)}`;
    })
    .join('; ');

/** A list as one literal would be one name with commas in it. */
const listOf = (name: string, value: string): string =>
  name === 'search_path'
    ? value
        .split(',')
        .map((item) => escapeLiteral(item.trim().replace(/^"(.*)"$/, '$1')))
        .join(', ')
    : escapeLiteral(value);

/** libpq's `options`, such as `-c search_path=app -c geqo=off`; undefined when there is something else in it. */
export function parseOptions(options: string): SessionSettings | undefined {
  const words = options.match(/(?:\\.|[^\\\s])+/gs)?.map((word) => word.replace(/\\(.)/gs, '$1')) ?? [];
  const assignments = words.flatMap((word, index) => {
    if (word === '-c') return [];
    if (words[index - 1] === '-c') return [word];
    return [/^(?:-c|--)(.+)$/s.exec(word)?.[1] ?? ''];
  });
  const settings = assignments.map((assignment) => /^([\w.-]+)=(.*)$/s.exec(assignment));
  if (words.at(-1) === '-c' || settings.some((setting) => setting === null)) return undefined;
  return Object.fromEntries(settings.map((setting) => [(setting?.[1] ?? '').replaceAll('-', '_'), setting?.[2] ?? '']));
}
