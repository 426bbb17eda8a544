import { now } from './clock.ts';
import { pinToServerCore } from './cores.ts';
import type { Column, Line } from './lines.ts';
import { compare } from './rounds.ts';
import { startReference } from './server.ts';

const columns = [{ key: 'start', title: 'ms until it listens', isCompared: true }] as const satisfies readonly Column[];

/** From the start of a process until it accepts requests, on a database that is migrated. */
export const start: Line = {
  key: 'start',
  measure: async ({ service, extent: { rounds } }) => ({
    title: 'Start of the API',
    columns,
    rows: await compare(
      [
        {
          name: 'bare node:http',
          async measure() {
            const startedAt = now();
            const { program } = await startReference('bare-http.ts');
            const listeningAt = now();
            await program.end('SIGKILL');
            return { start: listeningAt - startedAt };
          },
        },
        {
          name: 'this service',
          async measure() {
            const startedAt = now();
            const program = service.cluster.start('src/api.ts', { ...service.env, PORT: '0' });
            pinToServerCore(program.pid);
            await program.line(({ msg }) => msg === 'listening', 'that it listens');
            const listeningAt = now();
            await program.end('SIGKILL');
            return { start: listeningAt - startedAt };
          },
        },
      ],
      rounds,
    ),
  }),
};
