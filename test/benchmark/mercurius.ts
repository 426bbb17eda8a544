import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Env } from '../support/processes.ts';
import { type Server, startReference } from './server.ts';

/** The folder with mercurius, which requires graphql 16 and so cannot be installed alongside the service. */
const folder = fileURLToPath(new URL('references/mercurius/', import.meta.url));

/** Starts mercurius; the first time it is installed from its own lock file. */
export function startMercurius(env: Env = {}): Promise<Server> {
  if (!existsSync(`${folder}node_modules/mercurius`))
    execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return startReference('mercurius/server.mjs', env);
}
