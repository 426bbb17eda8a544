import { join } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/variables.ts';
import type { Log } from '../observability/log.ts';
import type { SiteHost } from '../provisioning/site-host.ts';
import type { BenchConfig } from '../site-hosts/bench/bench-config.ts';
import { openBenchHost } from '../site-hosts/bench/bench-host.ts';
import { checkBench } from '../site-hosts/bench/check-bench.ts';
import { openSandboxHost } from '../site-hosts/sandbox/sandbox-host.ts';

/** Where the sandbox keeps its sites. */
export const sandboxSites = (config: Config): string => join(config.DATA_DIR, 'sites');

/** The bench that is configured, once it has answered, or the sandbox. Rejects with a ConfigError when the bench cannot be used. */
export async function openSiteHost(config: Config, log: Log): Promise<SiteHost> {
  const bench = benchOf(config);
  if (!bench) {
    log.warn(
      `Sites are made in the sandbox in ${sandboxSites(config)}; they are not Frappe sites. BENCH_PATH replaces it.`,
    );
    return openSandboxHost({ directory: sandboxSites(config) });
  }
  const { version, python, apps } = await checkBench(bench).catch((error: Error) => {
    throw new ConfigError([error.message]);
  });
  log.info({ bench: bench.path, frappe: version, python, apps }, 'sites are made on a bench');
  return openBenchHost(bench, siteUrls(config, config.PORT));
}

/** The address of any site: as configured, or where the bench or the sandbox at `port` serves it. */
export function siteUrls(config: Config, port: number): (siteName: string) => string {
  const template = siteUrlTemplate(config, port);
  return (siteName) => template.replace('{site}', siteName);
}

function siteUrlTemplate(config: Config, port: number): string {
  if (config.SITE_URL_TEMPLATE !== undefined) return config.SITE_URL_TEMPLATE;
  if (config.BENCH_PATH === undefined) return `http://{site}:${port}/`;
  const served = new URL(config.BENCH_WEB_URL ?? frappesOwn);
  return `${served.protocol}//{site}${served.port === '' ? '' : `:${served.port}`}/`;
}

/** Where `bench start` serves sites. */
const frappesOwn = 'http://localhost:8000';

function benchOf(config: Config): BenchConfig | undefined {
  if (config.BENCH_PATH === undefined) return undefined;
  return {
    path: config.BENCH_PATH,
    exec: config.BENCH_EXEC,
    database: {
      type: config.BENCH_DB_TYPE,
      host: config.BENCH_DB_HOST,
      port: config.BENCH_DB_PORT,
      adminName: config.BENCH_DB_ADMIN,
      adminPassword: config.BENCH_DB_ADMIN_PASSWORD,
      loginScope: config.BENCH_DB_LOGIN_SCOPE,
    },
    templates: config.BENCH_TEMPLATES === 'on',
    timeZone: config.BENCH_TIME_ZONE,
    webUrl: config.BENCH_WEB_URL,
  };
}
