import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** The address of a site and a link below it, as Frappe writes them into a mail. */
export type OwnUrls = readonly [address: string, link: string];

/** What a site on the bench gives as its address, by its configuration as it is. */
export async function ownUrls(bench: string, siteName: string): Promise<OwnUrls> {
  const [urls] = await run(bench, { siteName, configs: [null] });
  if (!urls) throw new Error(`The bench does not tell an address of ${siteName}`);
  return urls;
}

/** What sites with these configurations, the bench's included, would give as their addresses. */
export const urlsWith = (bench: string, configs: readonly object[]): Promise<readonly OwnUrls[]> =>
  run(bench, { siteName: '', configs });

function run(bench: string, input: object): Promise<readonly OwnUrls[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly OwnUrls[]>();
  const options = { cwd: join(bench, 'sites') };
  const child = execFile(join(bench, 'env/bin/python'), ['-c', program], options, (error, stdout) => {
    if (error) reject(error);
    else resolve(JSON.parse(stdout));
  });
  child.stdin?.end(JSON.stringify(input));
  return promise;
}

const program = `
import json, sys, frappe
from frappe.utils import get_url
asked, answers = json.load(sys.stdin), []
frappe.init(site=asked["siteName"], sites_path=".")
for config in asked["configs"]:
    if config is not None:
        frappe.conf.clear()
        frappe.conf.update(config)
    answers.append([get_url(), get_url("/app/user")])
print(json.dumps(answers))
`;
