import { setTimeout as pause } from 'node:timers/promises';
import { connectionsTo, makeReadOnly, promote } from '../support/fail-over.ts';
import { startPostgres } from '../support/private-servers.ts';
import { until } from '../support/processes.ts';
import type { Cluster } from './cluster.ts';
import { fault, milliseconds } from './nemesis.ts';
import type { Run } from './run.ts';

/** Faults of PostgreSQL, which is unavailable meanwhile; then: how soon is every API ready, and a new company claimed? */
const postgresFault = <Params extends object>(
  kind: string,
  params: Parameters<typeof fault<Params>>[1],
  inject: (cluster: Cluster, params: Params) => Promise<unknown>,
) =>
  fault<Params>(`postgres ${kind}`, params, async (run, given) => {
    const { cluster } = run;
    await cluster.alone.postgres(async () => {
      const over = cluster.outages.begin('postgres');
      await inject(cluster, given);
      over();
    });
    const backAt = Date.now();
    await run.probe(`postgres ${kind}`);
    await apisReachPostgres(run);
    run.recovered(`postgres ${kind}, APIs ready`, (Date.now() - backAt) / 1_000);
  });

/** Those that run at the moment; Redis may be unavailable as well. */
const apisReachPostgres = ({ cluster }: Run): Promise<void> =>
  until(
    'every API that runs reaches PostgreSQL',
    async () => {
      const answers = await Promise.allSettled(cluster.urls.map((url) => fetch(new URL('/readyz', url))));
      const states = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value.json());
      const reached = (await Promise.all(states)).map((state) => JSON.stringify(state).includes('"postgresql":"ok"'));
      return reached.length > 0 && reached.every(Boolean);
    },
    60_000,
  );

/** A standby takes over behind the same name, and the old server stays up, with all its connections, and refuses writes. */
async function failOver({ servers, proxy }: Cluster): Promise<void> {
  const old = servers.postgres;
  const standby = await startPostgres({ standbyOf: old });
  await makeReadOnly(old, standby);
  await promote(standby);
  proxy.moveTo(standby.port);
  servers.failOverTo({ postgres: standby });
  await until('the old server is left', async () => (await connectionsTo(old)) === 0, leavesWithin).catch(() => {
    // A program that is frozen at the moment cannot leave.
  });
  await old.close();
}

const leavesWithin = 10_000;

export const postgresFaults = [
  postgresFault('restarts', {}, ({ servers }) => servers.postgres.restart()),
  postgresFault('fails over', {}, failOver),
  postgresFault('ends every backend', {}, ({ servers }) =>
    servers.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    ),
  ),
  postgresFault('loses its answers', { lasts: milliseconds(100, 1_000) }, async ({ proxy }, { lasts }) => {
    proxy.cutAnswers();
    await pause(lasts);
    proxy.goOn();
  }),
  postgresFault('is paused', { lasts: milliseconds(1_000, 3_000) }, async ({ servers }, { lasts }) => {
    const resume = servers.postgres.pause();
    await pause(lasts);
    resume();
  }),
];
