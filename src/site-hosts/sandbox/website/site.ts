import type { SiteName } from '../../../company/site-name.ts';
import { appsFile, type Company, companyFile, configFile, usersFile } from '../site-files.ts';
import { folderOf } from '../site-folder.ts';

/** A site as the website sees it; a part that does not exist yet is undefined. */
export interface Site {
  readonly name: SiteName;
  readonly apps: readonly string[];
  readonly company: Company | undefined;
  readonly users: Awaited<ReturnType<typeof usersFile.read>>;
}

/** Reads the site of that name as it is now; undefined when there is none. */
export async function openSite(directory: string, name: SiteName): Promise<Site | undefined> {
  const folder = folderOf(directory, name);
  const [config, apps = [], company, users] = await Promise.all([
    configFile.read(folder),
    appsFile.read(folder),
    companyFile.read(folder),
    usersFile.read(folder),
  ]);
  return config && { name, apps, company, users };
}
