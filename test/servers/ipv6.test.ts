import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { openClient } from '../../src/client/client.ts';
import { freePort, type PrivateServer, serversMissing, startPostgres, startRedis } from '../support/private-servers.ts';
import { startProgram, tokenOf, until } from '../support/processes.ts';
import { createCompany, requestFor, watchToEnd } from '../support/test-service.ts';

const loopback = Object.values(networkInterfaces()).flat();
const ipv6Missing = loopback.some((one) => one?.address === '::1') ? serversMissing : 'this machine has no ::1';

const portOf = ({ url }: PrivateServer): string => new URL(url).port;

describe('on IPv6 alone', { skip: ipv6Missing, timeout: 180_000 }, () => {
  for (const host of ['::1', '[::1]']) {
    test(`with HOST=${host} and every server at [::1] a company becomes ACTIVE and its mail arrives`, async (t) => {
      await using opened = new AsyncDisposableStack();
      const postgres = await startPostgres({ settings: { listen_addresses: '::1' } });
      opened.defer(() => postgres.close());
      const redis = await startRedis(['--bind', '::1']);
      opened.defer(() => redis.close());
      const mails: string[] = [];
      const smtp = new SMTPServer({
        disabledCommands: ['STARTTLS', 'AUTH'],
        closeTimeout: 100,
        onData(stream, _session, done) {
          simpleParser(stream).then(({ subject }) => done(null, void mails.push(subject ?? '')), done);
        },
      });
      opened.defer(() => new Promise<void>((resolve) => smtp.close(resolve)));
      const smtpPort = await freePort();
      await once(smtp.listen(smtpPort, '::1'), 'listening');
      const dataDir = mkdtempSync(join(tmpdir(), 'test-ipv6-'));
      t.after(() => rmSync(dataDir, { recursive: true, force: true }));

      const port = await freePort();
      const program = startProgram('src/main.ts', {
        HOST: host,
        PORT: `${port}`,
        PUBLIC_URL: `http://[::1]:${port}`,
        DATABASE_URL: `postgresql://postgres@[::1]:${portOf(postgres)}/postgres`,
        REDIS_URL: `redis://[::1]:${portOf(redis)}`,
        SMTP_URL: `smtp://[::1]:${smtpPort}`,
        SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
        AUTH_JWT_SECRET: 'a secret that only tests sign their tokens with',
        DATA_DIR: dataDir,
      });
      opened.defer(async () => void (await program.end('SIGKILL')));
      await until('it is ready', async () => (await fetch(`http://[::1]:${port}/readyz`)).ok, 60_000);

      const client = openClient(`http://[::1]:${port}/graphql`, await tokenOf('six', 'customer'));
      const { id } = await createCompany(client, requestFor('six.localhost'));
      assert.equal((await watchToEnd(client, id)).at(-1)?.status, 'ACTIVE');
      await until('its mail arrives', () => mails.length > 0);
      assert.deepEqual(mails, ['Your Site is Ready: Acme Corporation']);
      const { code } = await program.end('SIGTERM');
      assert.equal(code, 0, program.complaints);
    });
  }
});
