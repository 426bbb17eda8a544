import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { SiteHostError, type SitePlan } from '../../provisioning/site-host.ts';

/**
 * Asks the bench's web server for the site by its name: it answers, and its administrator can log in.
 * A server that is away or busy is a passing failure; one that cannot be trusted, and an answer about the site, are final.
 */
export async function visitSite(webUrl: string, plan: SitePlan, signal: AbortSignal): Promise<void> {
  const form = new URLSearchParams({ usr: plan.adminEmail, pwd: plan.adminPassword }).toString();
  await ask('ping', 'GET', '/api/method/ping', '');
  await ask('log-in', 'POST', '/api/method/login', form);

  async function ask(what: string, method: string, path: string, body: string): Promise<void> {
    const url = new URL(path, webUrl);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const options = {
      method,
      headers: { host: plan.siteName, 'content-type': 'application/x-www-form-urlencoded' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerLimit)]),
      // The certificate is the web server’s and not the site’s, which Node would take from the header.
      servername: isIP(host) ? '' : host,
    };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    send(url, options, (response) => resolve(response.resume()))
      .on('error', reject)
      .end(body);
    const answer = await promise.catch((error: NodeJS.ErrnoException) => {
      signal.throwIfAborted();
      throw notReached(error);
    });
    if (answer.statusCode !== 200) throw notAsAsked(what, answer);
  }
}

const answerLimit = 30_000;

/** OpenSSL's and Node's names of what is wrong with a certificate, and of a server that speaks no TLS. */
const untrusted = /^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_|ERR_SSL_|EPROTO)/;

function notReached(error: NodeJS.ErrnoException): SiteHostError {
  // Several addresses were tried: the error itself says nothing then.
  const causes = error instanceof AggregateError ? error.errors.map(String) : [error.message];
  const detail = [error.code, ...causes].filter(Boolean).join(': ');
  if (untrusted.test(error.code ?? '')) {
    return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s web server cannot be trusted.', {
      detail: `${detail}; see BENCH_WEB_URL, and NODE_EXTRA_CA_CERTS for an authority of your own`,
    });
  }
  return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s web server does not answer.', { transient: true, detail });
}

/** RFC 9110: the request took too long or came too early or too often; a gateway or the server is not able to at present. */
const passing: readonly (number | undefined)[] = [408, 425, 429, 502, 503, 504];

function notAsAsked(what: string, { statusCode, headers }: IncomingMessage): SiteHostError {
  const again = retryAfter(headers['retry-after']);
  const status = statusCode ?? 0;
  if (passing.includes(status) || (status >= 500 && again !== undefined)) {
    return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s web server is busy.', {
      transient: true,
      detail: `${what} answers ${status}`,
      ...(again === undefined ? {} : { retryAfter: again }),
    });
  }
  const elsewhere =
    headers.location === undefined ? '' : `, to ${URL.parse(headers.location)?.origin ?? 'another path'}`;
  const hint = status >= 300 && status < 400 ? `${elsewhere}; BENCH_WEB_URL must be where sites are served` : '';
  return new SiteHostError('VERIFICATION_FAILED', 'The site was made, but it does not answer as it should.', {
    detail: `${what} answers ${status}${hint}`,
  });
}

/** In milliseconds; the header has seconds or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
