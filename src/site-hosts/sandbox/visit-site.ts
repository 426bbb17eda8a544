import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { SiteHostError, type SitePlan } from '../../provisioning/site-host.ts';
import { companyOf } from './steps/set-up-company.ts';
import { sandboxWebsite } from './website/website.ts';

const companyAnswer = z.object({
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
 * Opens the plan's site over HTTP on a private loopback port: its page answers, the administrator logs in, and the
 * company and the apps are those of the plan. Throws VERIFICATION_FAILED with what was found otherwise.
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
  const visit = (method: string, path: string, options?: { cookie?: string; json?: unknown }) =>
    ask({ port, host: plan.siteName, method, path, signal, ...options });

  const page = await visit('GET', '/');
  assert(page.status === 200 && page.text.includes(plan.siteName), 'does not answer', `GET / gave ${page.status}`);

  const credentials = { usr: plan.adminEmail, pwd: plan.adminPassword };
  const login = await visit('POST', '/api/method/login', { json: credentials });
  const cookie = login.headers['set-cookie']?.[0]?.split(';')[0];
  assert(login.status === 200 && cookie !== undefined, 'refuses its administrator', `log-in gave ${login.status}`);

  const answer = await visit('GET', '/api/resource/company', { cookie });
  assert(answer.status === 200, 'does not show its company', `the company gave ${answer.status}`);
  const { installed_apps: apps, ...company } = companyAnswer.parse(JSON.parse(answer.text)).data;
  const found = { name: company.company_name, abbr: company.abbr, defaultCurrency: company.default_currency };
  const asked = companyOf(plan);
  assert(
    isDeepStrictEqual({ ...found, country: company.country, timeZone: company.time_zone }, asked),
    'has another company than asked for',
    `found ${answer.text}`,
  );
  assert(
    isDeepStrictEqual(apps.toSorted(), [...new Set(plan.apps)].toSorted()),
    'has other apps than asked for',
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

interface Question {
  readonly port: number;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly cookie?: string;
  readonly json?: unknown;
}

// node:http and not fetch, which does not let a Host header be set.
async function ask(question: Question): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { port, host, method, path, signal, cookie, json } = question;
  const headers = {
    host,
    ...(cookie === undefined ? {} : { cookie }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  };
  try {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, signal, agent: false });
    sent.end(json === undefined ? undefined : JSON.stringify(json));
    const [res] = await once(sent, 'response');
    let text = '';
    for await (const chunk of res.setEncoding('utf8')) text += chunk;
    return { status: res.statusCode, headers: res.headers, text };
  } catch (error) {
    signal.throwIfAborted(); // the reason, rather than node:http's AbortError about it
    throw error;
  }
}
