import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { Client as Connection } from 'pg';
import { noStandIn, openStandInBench } from '../bench/stand-in-bench.ts';
import { freePort, serversMissing } from '../support/private-servers.ts';
import { type Cluster, type Env, openCluster, until, within } from '../support/processes.ts';

const root = join(import.meta.dirname, '../..');
const nobody = 65_534;
const notRoot = process.getuid?.() !== 0 && 'only root can start a process of another user';

/** What an image would hold: the sources, and the packages that are not for development alone. */
function install(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'installation-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  const needed = Object.entries(packages).filter(
    ([path, { dev }]) => path !== '' && !dev && !path.includes('node-linux'),
  );
  const outermost = needed.map(([path]) => path).filter((path) => path.lastIndexOf('node_modules/') === 0);
  for (const path of ['src', 'schema', 'jobs', 'mail-templates', 'package.json', ...outermost]) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  copyFileSync(process.execPath, join(folder, 'node'));
  execFileSync('chmod', ['-R', 'a+rX,go-w', folder]);
  return folder;
}

describe('an installation', { skip: serversMissing }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await openCluster();
  });
  after(() => cluster?.close());

  test('an installation in production runs as a user without write access', {
    skip: notRoot || noStandIn,
  }, async (t) => {
    const folder = install(t);
    const bench = await openStandInBench(t, { owner: nobody });
    const { DATA_DIR: _unset, ...servers } = cluster.env;
    const env = (port: number): Env => ({
      ...servers,
      NODE_ENV: 'production',
      PATH: process.env['PATH'] ?? '',
      MAIL_FROM: 'no-reply@example.com',
      SUPPORT_EMAIL: 'support@example.com',
      PUBLIC_URL: 'https://companies.example.com',
      SITE_DOMAINS: 'example.com',
      BENCH_PATH: bench.path,
      PORT: `${port}`,
      WORKER_PORT: `${port}`,
    });
    for (const script of ['src/api.ts', 'src/worker.ts']) {
      const port = await freePort();
      const child = spawn(join(folder, 'node'), [script], { cwd: folder, env: env(port), uid: nobody, gid: nobody });
      t.after(() => child.kill('SIGKILL'));
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
      const ended = once(child, 'exit');
      await until(`${script} is ready`, async () => {
        assert.equal(child.exitCode, null, said);
        return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
      });
      child.kill('SIGTERM');
      await within(10_000, `the end of ${script}`, ended);
      assert.equal(child.exitCode, 0, said);
      assert.doesNotMatch(said, /embedded/);
    }
    assert.equal(existsSync(join(folder, '.data')), false);
  });

  for (const [script, variable] of [
    ['src/api.ts', 'PORT'],
    ['src/worker.ts', 'WORKER_PORT'],
    ['src/main.ts', 'PORT'],
  ] as const) {
    test(`${script} names ${variable} when its port is in use, before migrating`, async (t) => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      t.after(() => other.close());
      const { port } = other.address() as { port: number };
      const name = `untouched_${port}`;
      await cluster.query(`create database ${name}`);
      const url = new URL(cluster.env['DATABASE_URL'] ?? '');
      url.pathname = `/${name}`;
      const program = cluster.start(script, { [variable]: `${port}`, DATABASE_URL: url.href });
      assert.equal((await program.end()).code, 1);
      assert.match(program.complaints, new RegExp(`^Port ${port} of \\S+ is already in use .* Set ${variable} to`));
      assert.doesNotMatch(program.complaints, /\n\s+at /);
      const connection = new Connection(url.href);
      t.after(() => connection.end());
      await connection.connect();
      const { rows } = await connection.query(`select 1 from information_schema.tables where table_schema = 'public'`);
      assert.deepEqual(rows, []);
    });
  }

  test('a HOST that this machine does not have is reported by name', async () => {
    const program = cluster.start('src/api.ts', { HOST: '192.0.2.1', PORT: '0' });
    assert.equal((await program.end()).code, 1);
    assert.match(program.complaints, /^HOST=192\.0\.2\.1 is not an address of this machine \(EADDRNOTAVAIL\)/);
  });

  for (const script of ['api', 'worker', 'start'] as const) {
    test(`npm run ${script} shuts down in order when npm is signalled`, async (t) => {
      const port = await freePort();
      const env = { ...process.env, ...cluster.env, PORT: `${port}`, WORKER_PORT: `${port}` };
      const npm = spawn('npm', ['run', script], { cwd: root, env, detached: true });
      t.after(() => npm.exitCode === null && process.kill(-(npm.pid ?? 0), 'SIGKILL'));
      const closed = once(npm, 'close');
      let said = '';
      for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (text) => (said += text));
      await until(`npm run ${script} listens`, async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
      npm.kill('SIGTERM');
      // Both of them have their ends of the pipes closed: no process of it is left.
      await within(10_000, `the end of npm run ${script}`, closed);
      assert.match(said, /SIGTERM: shutting down/);
      assert.equal(npm.exitCode, 0, said);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
    });
  }

  test('npm run demo leaves nothing behind when npm is signalled', async (t) => {
    const temporary = mkdtempSync(join(tmpdir(), 'test-demo-'));
    t.after(() => rmSync(temporary, { recursive: true, force: true }));
    const npm = spawn('npm', ['run', 'demo'], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary },
      detached: true,
    });
    t.after(() => npm.exitCode === null && process.kill(-(npm.pid ?? 0), 'SIGKILL'));
    const closed = once(npm, 'close');
    // npm and Node have folders of their own there.
    const folders = (): string[] => globSync('company-provisioning-demo-*', { cwd: temporary });
    await until('the demo has a folder', () => folders().length > 0);
    npm.kill('SIGTERM');
    await within(20_000, 'the end of the demo', closed);
    assert.equal(npm.exitCode, 1);
    assert.deepEqual(folders(), []);
  });
});
