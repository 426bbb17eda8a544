/** Countries whose fiscal year does not begin in January, and its first day, month-day (ERPNext's setup_wizard.js). */
const fiscalYears: Readonly<Record<string, string>> = {
  Afghanistan: '12-21',
  Australia: '07-01',
  Bangladesh: '07-01',
  Canada: '04-01',
  'Costa Rica': '10-01',
  Egypt: '07-01',
  'Hong Kong': '04-01',
  India: '04-01',
  Iran: '06-23',
  Myanmar: '04-01',
  'New Zealand': '04-01',
  Pakistan: '07-01',
  Singapore: '04-01',
  'South Africa': '03-01',
  Thailand: '10-01',
  'United Kingdom': '04-01',
};

/**
 * The fiscal year of a country that `today` (`YYYY-MM-DD`) lies in, beginning where ERPNext's wizard proposes it. It ends a day
 * before the next one begins: ERPNext refuses any other end (`validate_dates` in its fiscal_year.py).
 */
export function fiscalYear(country: string, today: string): { start: string; end: string } {
  const first = fiscalYears[country] ?? '01-01';
  const thisYear = Number(today.slice(0, 4));
  const year = `${thisYear}-${first}` > today ? thisYear - 1 : thisYear;
  const end = new Date(`${year + 1}-${first}`);
  end.setUTCDate(end.getUTCDate() - 1);
  return { start: `${year}-${first}`, end: end.toISOString().slice(0, 10) };
}
