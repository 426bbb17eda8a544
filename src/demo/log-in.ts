import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { httpAsHost, type RequestAsHost } from '../common/http-as-host.ts';

/** The credentials in the mail. */
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

/** Logs in as a customer would, and returns what the site shows them; rejects when the login fails. */
export async function logInBy(
  { siteUrl, adminEmail, adminPassword }: Credentials,
  signal: AbortSignal,
): Promise<string> {
  // This machine, whether or not its resolver knows names below `localhost`.
  const { host, port } = new URL(siteUrl);
  const visit = (path: string, options: Partial<RequestAsHost>) =>
    httpAsHost(new URL(path, `http://127.0.0.1:${port}`), { host, signal, ...options });

  const login = await visit('/api/method/login', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ usr: adminEmail, pwd: adminPassword }).toString(),
  });
  if (login.statusCode !== 200)
    throw new Error(`The site refused the log-in of ${adminEmail}: status ${login.statusCode}.`);
  const { message } = loginBody.parse(await json(login));

  const cookie = (login.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  const company = await visit('/api/resource/company', { headers: { cookie } });
  const { data } = companyBody.parse(await json(company));
  return `${message}  ·  ${Object.values(data).flat().join(' · ')}`;
}

const loginBody = z.object({ message: z.string() });
const companyBody = z.object({ data: z.record(z.string(), z.union([z.string(), z.array(z.string())])) });
