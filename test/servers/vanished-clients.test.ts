import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { order } from '../support/companies.ts';
import { type OtherHost, openOtherHost, otherHostMissing } from '../support/other-host.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type Cluster, openCluster, tokenOf, until } from '../support/processes.ts';

describe('a client that vanishes without a word', { skip: serversMissing || otherHostMissing }, () => {
  let cluster: Cluster;
  let host: OtherHost;
  before(async () => {
    host = openOtherHost();
    cluster = await openCluster();
  });
  after(async () => {
    await cluster?.close();
    host?.close();
  });

  test('its stream ends, and the stream of one who only reads nothing goes on', { timeout: 120_000 }, async (t) => {
    const api = await cluster.startApi({ HOST: '0.0.0.0' });
    const { id } = await order('vanishing', api);
    const token = await tokenOf('vanishing', 'customer');
    const streams = async (): Promise<number> => {
      const page = await (await fetch(`http://127.0.0.1:${api.port}/metrics`)).text();
      return Number(/^provisioning_streams_open (\d+)$/m.exec(page)?.[1]);
    };
    const watching = `
      const query = 'subscription { companyStatusChanged(companyId: "${id}") { version } }';
      const headers = { authorization: 'Bearer ${token}', 'content-type': 'application/json', accept: 'text/event-stream' };
      const response = await fetch('http://${host.gateway}:${api.port}/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
      for await (const chunk of response.body) console.log(String(chunk));`;
    const watcher = host.spawn(process.execPath, ['--input-type=module', '--eval', watching]);
    const frozen = spawn(process.execPath, ['--input-type=module', '--eval', watching], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => [watcher, frozen].map((program) => program.kill('SIGKILL')));
    await Promise.all([watcher, frozen].map(({ stdout }) => once(stdout, 'data')));
    // The client that created the company watches it as well.
    assert.equal(await streams(), 3);

    frozen.kill('SIGSTOP');
    host.cutOff();
    await until('the stream of the vanished client has ended', async () => (await streams()) < 3);
    assert.equal(await streams(), 2);
  });
});
