import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { httpAsHost, type RequestAsHost } from '../../common/http-as-host.ts';
import { SiteHostError, type SitePlan } from '../../provisioning/site-host.ts';
import { companyOf } from './steps/set-up-company.ts';
import { sandboxWebsite } from './website/website.ts';

const companyBody = z.object({
  data: z.object({
    company_name: z.string(),
    abbr: z.string(),
    default_currency: z.string(),
    country: z.string(),
    time_zone: z.string(),
    installed_apps: z.array(z.string()),
  }),
});

/**
 * Opens the plan's site over HTTP on a private loopback port: its page responds, the administrator logs in, and the
 * company and the apps are those of the plan. Otherwise throws VERIFICATION_FAILED with what was found.
 */
export async function visitSite(directory: string, plan: SitePlan, signal: AbortSignal): Promise<void> {
  const listener = await openListener(directory);
  try {
    await visitListener(listener.port, plan, signal);
  } finally {
    await listener.close();
  }
}

async function visitListener(port: number, plan: SitePlan, signal: AbortSignal): Promise<void> {
  const visit = async (path: string, options: Partial<RequestAsHost> = {}) => {
    try {
      const url = new URL(path, `http://127.0.0.1:${port}`);
      const response = await httpAsHost(url, { host: plan.siteName, signal, ...options });
      return { status: response.statusCode, headers: response.headers, text: await text(response) };
    } catch (error) {
      signal.throwIfAborted(); // the reason, rather than node:http's AbortError about it
      throw error;
    }
  };

  const page = await visit('/');
  assert(page.status === 200 && page.text.includes(plan.siteName), 'does not respond', `GET / gave ${page.status}`);

  const login = await visit('/api/method/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ usr: plan.adminEmail, pwd: plan.adminPassword }),
  });
  const cookie = login.headers['set-cookie']?.[0]?.split(';')[0];
  assert(login.status === 200 && cookie !== undefined, 'refuses its administrator', `log-in gave ${login.status}`);

  const shown = await visit('/api/resource/company', { headers: { cookie } });
  assert(shown.status === 200, 'does not show its company', `the company gave ${shown.status}`);
  const { installed_apps: apps, ...company } = companyBody.parse(JSON.parse(shown.text)).data;
  const found = { name: company.company_name, abbr: company.abbr, defaultCurrency: company.default_currency };
  const requested = companyOf(plan);
  assert(
    isDeepStrictEqual({ ...found, country: company.country, timeZone: company.time_zone }, requested),
    'has a company other than the requested one',
    `found ${shown.text}`,
  );
  assert(
    isDeepStrictEqual(apps.toSorted(), [...new Set(plan.apps)].toSorted()),
    'has apps other than the requested ones',
    `found ${apps.join(', ')}`,
  );
}

function assert(holds: boolean, fault: string, detail: string): asserts holds {
  if (!holds) throw new SiteHostError('VERIFICATION_FAILED', `The finished site ${fault}.`, { detail });
}

async function openListener(directory: string): Promise<{ port: number; close(): Promise<void> }> {
  const website = sandboxWebsite({ directory });
  const server = createServer(async (req, res) => {
    if (!(await website(req, res))) res.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
