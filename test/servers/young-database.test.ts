import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exceededBy, findExceeded } from '../../src/company/quotas.ts';
import { openPostgres } from '../../src/database/open-database.ts';
import { openExplainedDatabase, type PlanNode } from '../support/explained-database.ts';
import { serversMissing, startPostgres } from '../support/private-servers.ts';

const jane = { owner: 'jane', email: 'jane@customers.example', seesAll: false, namesCustomers: false };

describe('a young database', { skip: serversMissing }, () => {
  test('counts quotas as fast once it has many companies, although it has not been analyzed since', async () => {
    await using closing = new AsyncDisposableStack();
    const postgres = await startPostgres();
    closing.defer(() => postgres.close());
    const database = openPostgres(postgres.url);
    closing.defer(() => database.close());
    await database.migrate();
    const explained = await openExplainedDatabase(postgres.url);
    closing.defer(() => explained.close());
    await database.em.execute('alter table company set (autovacuum_enabled = off)');
    const limits = { companiesPerDay: 100, companiesWaiting: 100 };
    const count = () =>
      findExceeded(
        explained.db,
        exceededBy(jane, { creates: true, queues: true, customerEmail: '' }, { customer: limits, partner: limits }),
      );

    const fill = (from: number, to: number) =>
      database.em.execute(
        `insert into company (company_name, company_abbr, admin_email, default_currency, country, site_name, apps, status,
           created_by, customer_email, created_at)
         select 'Acme', 'ACME', 'admin@acme.example', 'USD', 'Germany', 'site-' || number || '.example', '{erpnext}',
           case number % 2 when 0 then 'ACTIVE' else 'QUEUED' end, case number % 2 when 0 then ? else 'somebody else' end, ?,
           case number % 2 when 0 then now() - interval '2 days' else now() end
         from generate_series(?::integer, ?) as number`,
        [jane.owner, jane.email, from, to],
      );

    await fill(1, 10);
    await database.em.execute('analyze company');
    for (let time = 0; time < 10; time += 1) await count();
    await fill(11, 20_000);
    explained.take();
    assert.equal(await count(), undefined);
    assert.deepEqual(
      explained.take().flatMap(({ plan }) => readOf('company', plan)),
      ['Index Scan: 0', 'Index Scan: 0'],
    );
  });
});

/** How a table was read, and how many rows were looked at. */
function readOf(table: string, node: PlanNode): string[] {
  const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
  const own = node['Relation Name'] === table && node['Actual Loops'] > 0 ? [`${node['Node Type']}: ${rows}`] : [];
  return [...own, ...(node.Plans ?? []).flatMap((input) => readOf(table, input))];
}
