import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { SitePlan } from '../../src/provisioning/site-host.ts';
import { acme, make } from '../support/site-plan.ts';
import { noRealBench, openRealBench, path } from './real-bench.ts';

test('two real sites of one template share no secret', { skip: noRealBench, timeout: 900_000 }, async (t) => {
  const { host, newSiteName } = openRealBench(t, { templates: true });
  const apps = await host.offeredApps();
  const plan = (adminPassword: string): SitePlan => ({ ...acme, siteName: newSiteName(), apps, adminPassword });
  // The first one leaves the template, unless there is one.
  const plans = ['canary-first', 'canary-second', 'canary-third'].map(plan);
  for (const each of plans) await make(host, each);

  const found = await Promise.all(plans.map(secretsOf));
  for (const kind of ['db_name', 'db_password', 'encryption_key', '__Auth', 'hash', 'salt']) {
    for (const secrets of found)
      assert.ok(
        secrets.some(([name]) => name.includes(kind)),
        kind,
      );
  }
  t.diagnostic(`compared: ${[...new Set(found.flat().map(([name]) => name))].join(', ')}`);
  const values = found.flat().map(([, value]) => value);
  const shared = found.flat().filter(([, value]) => values.indexOf(value) !== values.lastIndexOf(value));
  assert.deepEqual(
    shared.map(([name]) => name),
    [],
  );
});

/** Each secret of a site, by its place. */
async function secretsOf({ siteName }: SitePlan): Promise<readonly (readonly [string, string])[]> {
  const options = { cwd: join(path, 'sites') };
  const { stdout } = await promisify(execFile)(join(path, 'env/bin/python'), ['-c', readSecrets, siteName], options);
  return JSON.parse(stdout.slice(stdout.indexOf('[[')));
}

const readSecrets = `
import json, sys, frappe
frappe.init(site=sys.argv[1], sites_path='.')
# Opening a site makes its key, when something is encrypted first.
from frappe.utils.password import get_encryption_key
get_encryption_key()
frappe.connect()
sql, found = frappe.db.sql, []
def add(name, value):
    if value:
        found.append([name, str(value)])
config = json.load(open(frappe.get_site_path('site_config.json')))
for key in ('db_name', 'db_user', 'db_password', 'encryption_key', 'secret', 'auth_token'):
    add('site_config ' + key, config.get(key))
for doctype, name, field, password in sql('select doctype, name, fieldname, password from __Auth'):
    place = '__Auth %s %s %s' % (doctype, name, field)
    add(place, password)
    if password.startswith('$'):
        add(place + ' salt', password.split('$')[-2])
        add(place + ' hash', password.split('$')[-1])
tables = frappe.db.get_tables(cached=False)
for doctype, field in sql("select parent, fieldname from tabDocField where fieldtype = 'Password'"):
    table = 'tab' + doctype
    if table in tables:
        for (value,) in sql('select \`%s\` from \`%s\`' % (field, table)):
            add('%s %s' % (doctype, field), value)
for table, field in (('User', 'api_key'), ('User', 'reset_password_key'), ('Sessions', 'sid'), ('OAuth Client', 'client_secret'),
                     ('OAuth Bearer Token', 'access_token'), ('Webhook', 'webhook_secret')):
    if 'tab' + table in tables:
        for (value,) in sql('select \`%s\` from \`tab%s\`' % (field, table)):
            add('%s %s' % (table, field), value)
for doctype, field, value in sql("""select doctype, field, value from tabSingles where value != '' and (
    field like '%key' or field like '%secret%' or field like '%token' or field like '%password' or value like '%state=%')"""):
    if not str(value).isdigit():
        add('Singles %s %s' % (doctype, field), value)
print(json.dumps(found))
`;
