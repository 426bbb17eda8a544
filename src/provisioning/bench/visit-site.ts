import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { SiteHostError, type SitePlan } from '../site-host.ts';

/** Asks the bench's web server for the site by its name: it answers, and its administrator can log in. */
export async function visitSite(webUrl: string, plan: SitePlan, signal: AbortSignal): Promise<void> {
  const form = new URLSearchParams({ usr: plan.adminEmail, pwd: plan.adminPassword }).toString();
  const ping = await ask('GET', '/api/method/ping', '');
  if (ping !== 200) throw notAsAsked(`ping answers ${ping}`);
  const login = await ask('POST', '/api/method/login', form);
  if (login !== 200) throw notAsAsked(`log-in answers ${login}`);

  async function ask(method: string, path: string, body: string): Promise<number> {
    const url = new URL(path, webUrl);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const headers = { host: plan.siteName, 'content-type': 'application/x-www-form-urlencoded' };
    const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimit)]);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    send(url, { method, headers, signal: limited }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(body);
    return promise.catch((error: Error) => {
      signal.throwIfAborted();
      throw new SiteHostError('HOST_UNAVAILABLE', 'The bench’s web server does not answer.', {
        transient: true,
        detail: error.message,
      });
    });
  }
}

const answerLimit = 30_000;

const notAsAsked = (detail: string): SiteHostError =>
  new SiteHostError('VERIFICATION_FAILED', 'The site was made, but it does not answer as it should.', { detail });
