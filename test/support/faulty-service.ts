import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatusChange } from '../../src/client/client.ts';
import {
  CancelProvisioningDocument,
  type CompanyFieldsFragment,
  type CreateCompanyInput,
  ProvisionCompanyDocument,
} from '../../src/client/operations.ts';
import type { SiteHost } from '../../src/provisioning/site-host.ts';
import { openSandboxHost } from '../../src/site-hosts/sandbox/sandbox-host.ts';
import { assertLog } from './event-log.ts';
import { Faults, faultyHost } from './faulty-host.ts';
import { createCompany, openTestService, readCompany, requestFor } from './test-service.ts';

/** The steps of a company with the default apps. */
const stepNames = ['preflight', 'create-site', 'install-app:erpnext', 'set-up-company', 'verify'];

/** How often each step was run. */
export const runsOf = (faults: Faults): readonly number[] => stepNames.map((step) => faults.count(step));

/** A company that was asked for on a faulty host, and what its customer does and sees. */
export interface Order {
  readonly id: string;
  /** Reads the events on until the stream completes; each is shown to `see` as it comes. Returns the whole log. */
  watch(see?: (event: StatusChange) => void): Promise<readonly StatusChange[]>;
  /** Waits until the attempt has ended, and returns the company. */
  end(): Promise<CompanyFieldsFragment>;
  read(): Promise<CompanyFieldsFragment>;
  asOperator(): Promise<CompanyFieldsFragment>;
  retry(): Promise<CompanyFieldsFragment>;
  cancel(): Promise<CompanyFieldsFragment>;
  /** The text of the customer's mail of this subject, once it is there. */
  mail(subject: string): Promise<string>;
  /** The customer has got these mails and no others, recognised by how their subjects begin. */
  assertMails(...subjects: string[]): Promise<void>;
}

/**
 * The whole service on a sandbox whose steps go wrong as each company's faults say. The heart beats ten times a
 * second, so that a cancel is noticed at once.
 */
export async function openFaultyService(
  after: (close: () => Promise<void>) => void,
  env: Readonly<Record<string, string>> = {},
) {
  const sites = mkdtempSync(join(tmpdir(), 'test-sites-'));
  const sandbox = openSandboxHost({ directory: sites });
  const faultsOf = new Map<string, Faults>();
  const host: SiteHost = {
    ...sandbox,
    steps: (plan) => faultyHost(sandbox, faultsOf.get(plan.siteName) ?? new Faults()).steps(plan),
  };
  const { service, clientOf } = await openTestService(
    { after },
    { host, env, times: { lease: 2_000, heartbeat: 100 } },
  );
  after(async () => rmSync(sites, { recursive: true, force: true }));
  const operator = await clientOf('operator', 'operator');
  const mailbox = service.mailbox ?? assert.fail('The mails go to the embedded inbox.');

  /** The customer `<name>` asks for `<name>.localhost`, whose steps go wrong as `faults` says. */
  async function order(name: string, faults = new Faults(), changes: Partial<CreateCompanyInput> = {}): Promise<Order> {
    faultsOf.set(`${name}.localhost`, faults);
    const customer = await clientOf(name, 'customer');
    const { id } = await createCompany(customer, requestFor(`${name}.localhost`, changes));
    const log: StatusChange[] = [];
    const address = `${name}@customers.example`;

    const watch = async (see: (event: StatusChange) => void = () => {}) => {
      for await (const event of customer.watch(id, log.length)) {
        log.push(event);
        see(event);
      }
      assertLog(log);
      return log;
    };
    return {
      id,
      watch,
      async end() {
        await watch();
        return readCompany(customer, id);
      },
      read: () => readCompany(customer, id),
      asOperator: () => readCompany(operator, id),
      async retry() {
        const { provisionCompany } = await customer.execute(ProvisionCompanyDocument, { companyId: id });
        assert.equal(provisionCompany.__typename, 'ProvisionCompanySuccess');
        return provisionCompany.company;
      },
      async cancel() {
        const { cancelProvisioning } = await customer.execute(CancelProvisioningDocument, { companyId: id });
        assert.equal(cancelProvisioning.__typename, 'CancelProvisioningSuccess');
        return cancelProvisioning.company;
      },
      async mail(subject) {
        const mail = await mailbox.next(
          (candidate) => candidate.to.includes(address) && candidate.subject === subject,
          AbortSignal.timeout(10_000),
        );
        return mail.text ?? '';
      },
      async assertMails(...subjects) {
        const own = () => mailbox.mails.filter(({ to }) => to.includes(address));
        await mailbox.next(() => own().length >= subjects.length, AbortSignal.timeout(10_000));
        assert.deepEqual(
          own().map(({ subject }) => subject.split(':')[0]),
          subjects,
        );
      },
    };
  }

  return { order, sites };
}
