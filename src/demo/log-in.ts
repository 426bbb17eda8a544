import { request } from 'node:http';
import { json } from 'node:stream/consumers';

/** What the mail tells the customer. */
export interface Credentials {
  readonly siteUrl: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
}

/** The credentials as they stand in the mail's text. */
export function mailedCredentials(text: string): Credentials {
  const lineAfter = (label: RegExp): string => {
    const found = label.exec(text);
    if (!found) throw new Error(`The mail has no line ${label}.`);
    return text.slice(found.index + found[0].length).split(/\r?\n/)[1] ?? '';
  };
  return {
    siteUrl: lineAfter(/^Open your site:/m),
    adminEmail: lineAfter(/^E-mail:/m),
    adminPassword: lineAfter(/^Password.*:/m),
  };
}

/** Logs in as a customer would, and says what the site shows him; rejects when it does not let him in. */
export async function logInBy(
  { siteUrl, adminEmail, adminPassword }: Credentials,
  signal: AbortSignal,
): Promise<string> {
  const form = new URLSearchParams({ usr: adminEmail, pwd: adminPassword });
  const login = await ask(new URL('/api/method/login', siteUrl), signal, { method: 'POST', body: form.toString() });
  if (login.status !== 200) throw new Error(`The site did not let ${adminEmail} in: status ${login.status}.`);

  const company = await ask(new URL('/api/resource/company', siteUrl), signal, { cookie: login.cookie });
  const { data } = company.body as { data: Record<string, string | string[]> };
  return `${login.body['message']}  ·  ${Object.values(data).flat().join(' · ')}`;
}

interface Answer {
  readonly status: number;
  readonly cookie: string;
  readonly body: Record<string, unknown>;
}

/** Asks this machine for the site by its name, whether or not names below `localhost` are known to its resolver. */
async function ask(
  url: URL,
  signal: AbortSignal,
  { method = 'GET', body = '', cookie = '' }: { method?: string; body?: string; cookie?: string },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { host: url.host, cookie, 'content-type': 'application/x-www-form-urlencoded' };
  request({ host: '127.0.0.1', port: url.port, path: url.pathname, method, headers, signal }, (response) => {
    const cookies = response.headers['set-cookie'] ?? [];
    json(response).then(
      (answer) =>
        resolve({
          status: response.statusCode ?? 0,
          cookie: cookies.map((line) => line.split(';')[0]).join('; '),
          body: answer as Record<string, unknown>,
        }),
      reject,
    );
  })
    .on('error', reject)
    .end(body);
  return promise;
}
