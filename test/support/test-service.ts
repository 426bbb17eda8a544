import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { signToken } from '../../src/access/authenticate.ts';
import type { Role } from '../../src/access/viewer.ts';
import { openService, type Service } from '../../src/app/service.ts';
import { type Client, openClient } from '../../src/client/client.ts';
import type { CreateCompanyInput } from '../../src/client/operations.ts';
import { CompanyDocument, CreateCompanyDocument } from '../../src/client/operations.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { type Log, openLog } from '../../src/observability/log.ts';
import type { SiteHost } from '../../src/provisioning/site-host.ts';

export interface TestService {
  readonly service: Service;
  /** The GraphQL endpoint. */
  readonly url: string;
  readonly dataDir: string;
  /** A token with these roles; its address is `<subject>@customers.example`. */
  tokenOf(subject: string, ...roles: Role[]): Promise<string>;
  /** A customer's token that carries an address as verified. */
  verifiedTokenOf(subject: string, email: string): Promise<string>;
  clientOf(subject: string, ...roles: Role[]): Promise<Client>;
}

/** What is closed when the test, or the suite that it is given, ends. */
interface Closer {
  after(close: () => Promise<void>): void;
}

/**
 * The whole service in this process, on the embedded default unless `env` names servers; nobody is signed in without a
 * token. Short lease times keep a take-over within a test's patience.
 */
export async function openTestService(
  closer: Pick<TestContext, 'after'> | Closer,
  options: {
    env?: Readonly<Record<string, string>>;
    host?: SiteHost;
    parts?: { api: boolean; worker: boolean };
    times?: { lease: number; heartbeat: number };
    log?: Log;
  } = {},
): Promise<TestService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'test-service-'));
  const jwtSecret = 'a secret that only tests sign their tokens with';
  const config = readConfig({
    DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    AUTH_JWT_SECRET: jwtSecret,
    ...options.env,
  });
  const { host, times } = options;
  const log = options.log ?? openLog(config.LOG_LEVEL);
  const service = await openService(config, options.parts ?? { api: true, worker: true }, log, {
    ...(host ? { host } : {}),
    ...(times ? { times } : {}),
  });
  closer.after(async () => {
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${service.port}/graphql`;
  const tokenOf = (subject: string, ...roles: Role[]): Promise<string> =>
    signToken(jwtSecret, { subject, email: `${subject}@customers.example`, roles }, '1h');
  return {
    service,
    url,
    dataDir,
    tokenOf,
    verifiedTokenOf: (subject, email) =>
      signToken(jwtSecret, { subject, email, roles: ['customer'] }, '1h', {}, { email_verified: true }),
    clientOf: async (subject, ...roles) => openClient(url, await tokenOf(subject, ...roles)),
  };
}

/** A good request; the domain is what tells companies apart. */
export const requestFor = (domain: string, changes: Partial<CreateCompanyInput> = {}): CreateCompanyInput => ({
  companyName: 'Acme Corporation',
  companyAbbr: 'ACME',
  adminEmail: 'admin@acme.example',
  adminPassword: 'correct horse battery',
  defaultCurrency: 'USD',
  country: 'United States',
  domain,
  ...changes,
});

/** Creates a company that must come out well, and returns it. */
export async function createCompany(client: Client, input: CreateCompanyInput) {
  const { createCompany: answer } = await client.execute(CreateCompanyDocument, { input });
  if (answer.__typename !== 'CreateCompanySuccess') throw new Error(`Not created: ${JSON.stringify(answer)}`);
  return answer.company;
}

/** Every event from the beginning until the stream completes. */
export const watchToEnd = (client: Client, companyId: string, sinceVersion = 0) =>
  Array.fromAsync(client.watch(companyId, sinceVersion));

export async function readCompany(client: Client, id: string) {
  const { company } = await client.execute(CompanyDocument, { id });
  if (!company) throw new Error(`There is no company ${id} for this client.`);
  return company;
}
