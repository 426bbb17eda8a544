import type { IncomingMessage, ServerResponse } from 'node:http';
import { passwordMatches } from '../password.ts';
import { type LogInLimits, openLogInLimits } from './log-in-limits.ts';
import { companyPage, loginPage, messagePage } from './pages.ts';
import { BadRequest, type Credentials, readCredentials, readSid } from './request.ts';
import { type SandboxResponse, send } from './response.ts';
import { issueSession, readSession, sessionSeconds } from './session.ts';
import { openSite, type Site } from './site.ts';
import { siteNameOfHost } from './site-name-of-host.ts';

/**
 * Serves the sandbox's sites by Host header; resolves to false, and leaves request and response alone, when no site of that name
 * exists, so that the caller can respond. Never rejects: internal errors get a bare 500 and are passed to `onError`.
 */
export function sandboxWebsite({ directory, onError }: { directory: string; onError?: (error: unknown) => void }) {
  const limits = openLogInLimits();
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const siteName = siteNameOfHost(req.headers.host);
    if (siteName === undefined) return false;
    try {
      const site = await openSite(directory, siteName);
      if (site === undefined) return false;
      send(res, await respond(site, req, limits));
    } catch (error) {
      if (!(error instanceof BadRequest) && !res.destroyed) onError?.(error);
      const { status, message, headers } = error instanceof BadRequest ? error : internalError;
      send(res, { status, headers, body: isApi(req) ? { message } : messagePage(siteName, message) });
    }
    return true;
  };
}

const internalError = { status: 500, message: 'Something went wrong on our side.', headers: {} };

type Route = (site: Site, req: IncomingMessage, limits: LogInLimits) => SandboxResponse | Promise<SandboxResponse>;

const routes: Record<string, Route> = {
  'GET /': showFront,
  'POST /login': logInBrowser,
  'POST /logout': () => ({ status: 303, headers: { location: '/', 'set-cookie': sessionCookie('', 0) } }),
  'GET /api/method/ping': () => ({ status: 200, body: { message: 'pong' } }),
  'POST /api/method/login': logInClient,
  'GET /api/resource/company': showCompany,
};
const paths = new Set(Object.keys(routes).map((route) => route.split(' ')[1]));

async function respond(site: Site, req: IncomingMessage, limits: LogInLimits): Promise<SandboxResponse> {
  const path = pathOf(req);
  const route = routes[`${req.method === 'HEAD' ? 'GET' : req.method} ${path}`];
  if (route !== undefined) return route(site, req, limits);
  const status = paths.has(path) ? 405 : 404;
  const message = status === 405 ? 'Method not allowed.' : 'Page not found.';
  return { status, body: isApi(req) ? { message } : messagePage(site.name, message) };
}

function showFront(site: Site, req: IncomingMessage): SandboxResponse {
  if (site.company === undefined || site.users === undefined) {
    return { status: 503, body: messagePage(site.name, 'This site is still being set up.') };
  }
  const user = whoIs(site, req);
  if (user === undefined) return { status: 200, body: loginPage(site.name) };
  return { status: 200, body: companyPage(site.name, site.company, site.apps, user.email) };
}

async function logInBrowser(site: Site, req: IncomingMessage, limits: LogInLimits): Promise<SandboxResponse> {
  const credentials = await readCredentials(req);
  const login = await logIn(site, req, credentials, limits);
  if (login !== undefined) return { status: 303, headers: { location: '/', 'set-cookie': login.cookie } };
  const fault = 'Wrong email or password.';
  return { status: 401, body: loginPage(site.name, { fault, email: credentials.usr }) };
}

// Messages and statuses are Frappe's, so that a client of a real site works here too.
async function logInClient(site: Site, req: IncomingMessage, limits: LogInLimits): Promise<SandboxResponse> {
  const login = await logIn(site, req, await readCredentials(req), limits);
  if (login === undefined) return { status: 401, body: { message: 'Invalid login credentials' } };
  const body = { message: 'Logged In', full_name: login.fullName };
  return { status: 200, body, headers: { 'set-cookie': login.cookie } };
}

function showCompany(site: Site, req: IncomingMessage): SandboxResponse {
  if (whoIs(site, req) === undefined) return { status: 403, body: { message: 'Log in first.' } };
  if (site.company === undefined) return { status: 404, body: { message: 'This site is still being set up.' } };
  const { name, abbr, defaultCurrency, country, timeZone } = site.company;
  const data = {
    company_name: name,
    abbr,
    default_currency: defaultCurrency,
    country,
    time_zone: timeZone,
    installed_apps: site.apps,
  };
  return { status: 200, body: { data } };
}

/** The user whose credentials these are, with a new session. Takes as long for an unknown user as for a wrong password. */
async function logIn(site: Site, { socket }: IncomingMessage, { usr, pwd }: Credentials, limits: LogInLimits) {
  const user = site.users?.users.find(({ email }) => email.toLowerCase() === usr.trim().toLowerCase());
  const check = () => passwordMatches(pwd, user?.password);
  const matches = await limits.check(site.name, socket.remoteAddress ?? '', check);
  if (!matches || site.users === undefined || user === undefined) return undefined;
  const sid = issueSession(site.users.sessionSecret, user.email, Date.now());
  return { fullName: user.fullName, cookie: sessionCookie(sid, sessionSeconds) };
}

function whoIs(site: Site, req: IncomingMessage) {
  const sid = readSid(req);
  if (sid === undefined || site.users === undefined) return undefined;
  const email = readSession(site.users.sessionSecret, sid, Date.now());
  return site.users.users.find((user) => user.email === email);
}

const sessionCookie = (sid: string, seconds: number) =>
  `sid=${sid}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;
const pathOf = (req: IncomingMessage) => req.url?.split('?')[0] ?? '/';
const isApi = (req: IncomingMessage) => pathOf(req).startsWith('/api/');
