import type { IncomingMessage } from 'node:http';
import { httpAsHost } from '../../common/http-as-host.ts';
import { SiteHostError, type SitePlan } from '../../provisioning/site-host.ts';

/**
 * Checks over the bench's web server that the site responds under its name, and that its administrator can log in.
 * An unreachable or busy server is a transient failure; an untrusted one, and a response about the site, are final.
 */
export async function visitSite(webUrl: string, plan: SitePlan, signal: AbortSignal): Promise<void> {
  const form = new URLSearchParams({ usr: plan.adminEmail, pwd: plan.adminPassword }).toString();
  await visit('ping', 'GET', '/api/method/ping', '');
  await visit('log-in', 'POST', '/api/method/login', form);

  async function visit(what: string, method: string, path: string, body: string): Promise<void> {
    const response = await httpAsHost(new URL(path, webUrl), {
      host: plan.siteName,
      method,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(responseLimit)]),
    }).catch((error: NodeJS.ErrnoException) => {
      signal.throwIfAborted();
      throw unreachable(error);
    });
    response.resume();
    if (response.statusCode !== 200) throw unexpectedStatus(what, response);
  }
}

/** The site's server failed, and does not say why: the site is broken, or something that the server needs was unavailable. */
export class SiteServerFailed extends SiteHostError {}

const responseLimit = 30_000;

/** OpenSSL's and Node's codes for what is wrong with a certificate, and for a server that does not speak TLS. */
const untrusted = /^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_|ERR_SSL_|EPROTO)/;

function unreachable(error: NodeJS.ErrnoException): SiteHostError {
  // When several addresses were tried, the error itself has no message.
  const causes = error instanceof AggregateError ? error.errors.map(String) : [error.message];
  const detail = [error.code, ...causes].filter(Boolean).join(': ');
  if (untrusted.test(error.code ?? '')) {
    return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s web server cannot be trusted.', {
      detail: `${detail}; see BENCH_WEB_URL, and NODE_EXTRA_CA_CERTS for an authority of your own`,
    });
  }
  return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s web server does not answer.', { transient: true, detail });
}

/** RFC 9110: the request took too long, or came too early or too often; a gateway or the server is unavailable. */
const transient: readonly (number | undefined)[] = [408, 425, 429, 502, 503, 504];

function unexpectedStatus(what: string, { statusCode, headers }: IncomingMessage): SiteHostError {
  const retryAfter = parseRetryAfter(headers['retry-after']);
  const status = statusCode ?? 0;
  if (transient.includes(status) || (status >= 500 && retryAfter !== undefined)) {
    return new SiteHostError('HOST_UNAVAILABLE', 'The bench’s web server is busy.', {
      transient: true,
      detail: `${what} answers ${status}`,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
  const elsewhere =
    headers.location === undefined ? '' : `, to ${URL.parse(headers.location)?.origin ?? 'another path'}`;
  const hint = status >= 300 && status < 400 ? `${elsewhere}; BENCH_WEB_URL must be where sites are served` : '';
  const Fault = status >= 500 ? SiteServerFailed : SiteHostError;
  return new Fault('VERIFICATION_FAILED', 'The site was created, but it does not respond as it should.', {
    detail: `${what} answers ${status}${hint}`,
  });
}

/** In milliseconds; the header has seconds or a date. */
function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
