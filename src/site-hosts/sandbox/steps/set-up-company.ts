import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { timeZoneOf } from '../../../company/time-zone.ts';
import { SiteHostError, type SitePlan, type SiteStep } from '../../../provisioning/site-host.ts';
import { hashPassword, passwordMatches } from '../password.ts';
import { type Company, companyFile, usersFile } from '../site-files.ts';
import { findOurs, requireOurs } from '../site-folder.ts';

/** The company with its name, abbreviation, currency and country, and the administrator who can log in. */
export function setUpCompany(directory: string, plan: SitePlan): SiteStep {
  const company = companyOf(plan);

  const isSetUp = async (signal: AbortSignal) => {
    signal.throwIfAborted();
    const site = await findOurs(directory, plan);
    if (site === undefined || !isDeepStrictEqual(await companyFile.read(site.folder), company)) return false;
    const administrator = (await usersFile.read(site.folder))?.users.find(({ email }) => email === plan.adminEmail);
    const matches = await passwordMatches(plan.adminPassword, administrator?.password);
    signal.throwIfAborted();
    return matches;
  };

  return {
    name: 'set-up-company',
    title: 'Setting up the company',
    completed: 'Company set up',
    weight: 4,
    check: isSetUp,
    async run({ signal, progress, print }) {
      signal.throwIfAborted();
      const site = await requireOurs(directory, plan);
      const password = await hashPassword(plan.adminPassword);
      signal.throwIfAborted();
      progress(60);
      const administrator = { email: plan.adminEmail, fullName: 'Administrator', password };
      const sessionSecret = randomBytes(32).toString('base64url');
      await usersFile.write(site, { sessionSecret, users: [administrator] }, signal);
      print?.(`wrote ${plan.siteName}/users.json with the administrator`);
      progress(80);
      await companyFile.write(site, company, signal);
      print?.(
        `wrote ${plan.siteName}/company.json: ${company.defaultCurrency}, ${company.country}, ${company.timeZone}`,
      );
    },
    async verify(signal) {
      if (!(await isSetUp(signal))) throw new SiteHostError('SET_UP_FAILED', 'The company could not be set up.');
    },
    async undo(signal) {
      signal.throwIfAborted();
      const site = await findOurs(directory, plan);
      if (site === undefined) return;
      await companyFile.remove(site);
      await usersFile.remove(site);
    },
  };
}

/** The company as the plan wants it on the site. */
export const companyOf = (plan: SitePlan): Company => ({
  name: plan.companyName,
  abbr: plan.companyAbbr,
  defaultCurrency: plan.defaultCurrency,
  country: plan.country,
  timeZone: timeZoneOf(plan.timeZone, plan.country),
});
