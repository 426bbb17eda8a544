/** Where a fiscal year does not begin with January: its first and last day, month-day (ERPNext's setup_wizard.js). */
const fiscalYears: Readonly<Record<string, readonly [string, string]>> = {
  Afghanistan: ['12-21', '12-20'],
  Australia: ['07-01', '06-30'],
  Bangladesh: ['07-01', '06-30'],
  Canada: ['04-01', '03-31'],
  'Costa Rica': ['10-01', '09-30'],
  Egypt: ['07-01', '06-30'],
  'Hong Kong': ['04-01', '03-31'],
  India: ['04-01', '03-31'],
  Iran: ['06-23', '06-22'],
  Myanmar: ['04-01', '03-31'],
  'New Zealand': ['04-01', '03-31'],
  Pakistan: ['07-01', '06-30'],
  Singapore: ['04-01', '03-31'],
  'South Africa': ['03-01', '02-28'],
  Thailand: ['10-01', '09-30'],
  'United Kingdom': ['04-01', '03-31'],
};

/** The fiscal year of a country that `today` lies in, as ERPNext's wizard proposes it: two dates, `YYYY-MM-DD`. */
export function fiscalYear(country: string, today: Date): { start: string; end: string } {
  const [first, last] = fiscalYears[country] ?? ['01-01', '12-31'];
  const date = today.toISOString().slice(0, 10);
  const year = today.getUTCFullYear() - (`${today.getUTCFullYear()}-${first}` > date ? 1 : 0);
  return { start: `${year}-${first}`, end: `${first === '01-01' ? year : year + 1}-${last}` };
}
