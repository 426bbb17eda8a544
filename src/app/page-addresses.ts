import type { Config } from '../config/variables.ts';
import type { Log } from '../observability/log.ts';
import { type LocalSignIn, signsInDeveloper } from './sign-in.ts';

/** Where browsers on this machine find the pages of a process; an address that asks to sign in carries the token. */
export interface PageAddresses {
  readonly console?: string;
  readonly graphiql?: string;
  readonly inbox?: string;
}

export const hasGraphiQL = ({ GRAPHIQL, NODE_ENV }: Config): boolean =>
  GRAPHIQL ? GRAPHIQL === 'on' : NODE_ENV !== 'production';

/** Where the console shows a company to those who are mailed about it; undefined where mails do not link to it. */
export function companyUrls({ CONSOLE_URL: address }: Config): ((companyId: string) => string) | undefined {
  return address === undefined ? undefined : (companyId) => inConsole(address, `companies/${companyId}`);
}

/** Where the console shows webhook endpoints to those who are mailed about one; undefined where mails do not link to it. */
export const accessUrl = ({ CONSOLE_URL: address }: Config): string | undefined =>
  address === undefined ? undefined : inConsole(address, 'access');

const inConsole = (address: string, path: string): string =>
  new URL(path, address.endsWith('/') ? address : `${address}/`).href;

export function pageAddresses(config: Config, port: number, local: LocalSignIn | undefined): PageAddresses {
  const base = `http://localhost:${port}`;
  const signingIn = local ? `?token=${local.token}` : '';
  const signingInDeveloper = signsInDeveloper(config) ? signingIn : '';
  return {
    console: `${base}/console/${signingInDeveloper}`,
    ...(hasGraphiQL(config) ? { graphiql: `${base}/graphql${signingInDeveloper}` } : {}),
    ...(config.SMTP_URL === undefined ? { inbox: `${base}/inbox${signingIn}` } : {}),
  };
}

/** Once, at start: the token is in no other line. */
export function logPages(pages: PageAddresses, log: Log): void {
  if (pages.graphiql || pages.inbox) log.info(pages, 'pages for the user of this machine');
}
