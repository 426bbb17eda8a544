import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { path } from './real-bench.ts';

/** The content of a site's database, one line each, without ids, times and what Frappe only logs. */
export async function fieldsOf(siteName: string): Promise<readonly string[]> {
  const options = { cwd: join(path, 'sites'), maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(join(path, 'env/bin/python'), ['-c', readFields, siteName], options);
  const found: Readonly<Record<string, readonly unknown[]>> = JSON.parse(stdout.slice(stdout.indexOf('{')));
  return Object.entries(found).flatMap(([kind, rows]) => rows.map((row) => `${kind} ${JSON.stringify(row)}`));
}

/** The lines that only one of them has. */
export function differences(actual: readonly string[], wanted: readonly string[]) {
  return {
    missing: wanted.filter((line) => !actual.includes(line)),
    unexpected: actual.filter((line) => !wanted.includes(line)),
  };
}

const readFields = `
import json, sys, frappe
frappe.init(site=sys.argv[1], sites_path='.')
frappe.connect()
sql = frappe.db.sql
OF_A_SITE = ('name', 'creation', 'modified', 'owner', 'modified_by')
# A time of installation, and a random word in an address.
OF_AN_INSTALLATION = ('creation', 'modified', 'owner', 'modified_by', 'start_time', 'end_time', 'authorization_url')
LOGS = ('Log', 'Queue', 'Version', 'Comment', 'History', 'tabSessions', 'tabSeries', 'tabNote', 'Scheduled')
def rows(doctype):
    if not frappe.db.exists('DocType', doctype):
        return []
    found = [{k: str(v) for k, v in row.items() if k not in OF_A_SITE} for row in frappe.get_all(doctype, fields=['*'])]
    return sorted(found, key=lambda row: json.dumps(row, sort_keys=True))
tables = [name for name in frappe.db.get_tables(cached=False) if name.startswith('tab') and not any(log in name for log in LOGS)]
print(json.dumps({
    'companies': rows('Company'),
    'accounts': rows('Account'),
    'warehouses': rows('Warehouse'),
    'prices': rows('Price List'),
    'years': rows('Fiscal Year'),
    'apps': frappe.get_installed_apps(),
    'users': sorted(row[0] for row in sql('select name from tabUser')),
    # A Custom Role's own name is random; it is for a page or a report.
    'roles': sorted([str(value) for value in row] for row in sql('''
        select h.parenttype, coalesce(c.page, c.report, h.parent), h.role
        from \`tabHas Role\` h left join \`tabCustom Role\` c on h.parenttype = 'Custom Role' and h.parent = c.name''')),
    'defaults': sorted([str(value) for value in row] for row in sql('select parent, defkey, defvalue from tabDefaultValue')),
    'singles': sorted([str(value) for value in row] for row in sql(
        'select doctype, field, value from tabSingles where field not in %s', (OF_AN_INSTALLATION,))),
    'counts': [[table, sql('select count(*) from \`%s\`' % table)[0][0]] for table in sorted(tables)],
}))
`;
