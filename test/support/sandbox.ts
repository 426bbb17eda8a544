import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseCompanyId } from '../../src/company/company-id.ts';
import { ownerName } from '../../src/company/owner-name.ts';
import type { SiteHost, SitePlan } from '../../src/provisioning/site-host.ts';
import { openSandboxHost } from '../../src/site-hosts/sandbox/sandbox-host.ts';
import { sandboxWebsite } from '../../src/site-hosts/sandbox/website/website.ts';

export const ever = new AbortController().signal;

function companyId(number: number) {
  const id = parseCompanyId(`COMP-2026-0000${number}`);
  assert.ok(id);
  return id;
}

export const another = { companyId: companyId(2), owner: ownerName({ id: companyId(2), identity: randomUUID() }) };

export const acme: SitePlan = {
  companyId: companyId(1),
  owner: `${companyId(1)}.0b0e6f3c-5d1f-4c58-9a53-6f0d0c1b7a01`,
  fencingToken: 1,
  siteName: 'acme.localhost',
  companyName: 'Acme',
  companyAbbr: 'ACM',
  adminEmail: 'ada@acme.example',
  adminPassword: 'Correct-horse-7',
  defaultCurrency: 'EUR',
  country: 'Germany',
  apps: ['erpnext', 'hrms'],
};

/** Runs every step that is not done. */
export async function provision(host: SiteHost, plan: SitePlan): Promise<void> {
  for (const step of host.steps(plan)) {
    if (await step.check(ever)) continue;
    await step.run({ signal: ever, progress() {} });
    await step.verify(ever);
  }
}

/** A sandbox in a directory of its own, with its website on a real port. */
export async function openSandbox(t: TestContext) {
  const parent = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const directory = join(parent, 'sites');
  const faults: unknown[] = [];
  const website = sandboxWebsite({ directory, onError: (error) => faults.push(error) });
  const server = createServer(async (req, res) => {
    if (!(await website(req, res))) res.writeHead(404).end('not a site');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await rm(parent, { recursive: true });
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { directory, host: openSandboxHost({ directory }), faults, port: address.port, ask: asker(address.port) };
}

interface Sent {
  readonly cookie?: string;
  readonly json?: unknown;
  readonly form?: Record<string, string>;
  readonly body?: string;
  readonly headers?: OutgoingHttpHeaders;
}

export const formType = 'application/x-www-form-urlencoded';

const asker =
  (port: number) =>
  async (host: string, method: string, path: string, sent: Sent = {}) => {
    const headers: OutgoingHttpHeaders = { host, ...sent.headers };
    if (sent.cookie !== undefined) headers.cookie = sent.cookie;
    if (sent.json !== undefined) headers['content-type'] = 'application/json';
    if (sent.form !== undefined) headers['content-type'] = formType;
    const req = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    const form = sent.form && new URLSearchParams(sent.form).toString();
    req.end(sent.body ?? form ?? (sent.json === undefined ? undefined : JSON.stringify(sent.json)));
    const [res] = await once(req, 'response');
    let text = '';
    for await (const chunk of res.setEncoding('utf8')) text += chunk;
    return { status: Number(res.statusCode), headers: res.headers, text };
  };
type Ask = ReturnType<typeof asker>;

/** A log-in by a program. */
export const login = (ask: Ask, { siteName, adminEmail: usr, adminPassword: pwd }: SitePlan) =>
  ask(siteName, 'POST', '/api/method/login', { json: { usr, pwd } });

export async function provisionSites(host: SiteHost, count: number): Promise<SitePlan[]> {
  const plans = Array.from({ length: count }, (_, index) => {
    const id = companyId(index + 1);
    return {
      ...acme,
      companyId: id,
      owner: ownerName({ id, identity: randomUUID() }),
      siteName: `site-${index}.localhost`,
    };
  });
  for (const plan of plans) await provision(host, plan);
  return plans;
}

/** The cookie of the session. */
export const sidOf = (answer: Awaited<ReturnType<Ask>>): string =>
  String(answer.headers['set-cookie']).split(';')[0] ?? '';
