import type { Config } from '../config/variables.ts';
import { inboxContentSecurityPolicy } from '../embedded/inbox-page.ts';
import type { Mailbox } from '../embedded/mailbox.ts';
import type { Page } from '../http/api.ts';
import type { Log } from '../observability/log.ts';
import { sandboxWebsite } from '../site-hosts/sandbox/website/website.ts';
import { sandboxSites } from './open-site-host.ts';

/** The pages of the embedded inbox. */
export const inboxOf =
  (mailbox: Mailbox) =>
  (path: string): Page | undefined => {
    const page = mailbox.page(path);
    return (
      page && {
        status: page.status,
        headers: { 'content-type': page.contentType, 'content-security-policy': inboxContentSecurityPolicy },
        body: page.body,
      }
    );
  };

/** Serves the sandbox's sites by their host names. */
export const sandboxSitesOf = (config: Config, log: Log) =>
  sandboxWebsite({
    directory: sandboxSites(config),
    onError: (error) => log.error({ err: error }, 'sandbox site failed'),
  });
