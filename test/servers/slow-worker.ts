/**
 * A worker that is held up once in one step, as FAULT says: `hang:<step>` until its signal aborts, `pause:<step>` deaf to
 * its signal until a line comes on standard input. With `block:<step>` nothing in the process goes on once such a line comes.
 * It logs when it is there. LEASE and HEARTBEAT are in milliseconds.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { run } from '../../src/app/run.ts';
import { openService } from '../../src/app/service.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { openLog } from '../../src/observability/log.ts';
import { openSandboxHost } from '../../src/site-hosts/sandbox/sandbox-host.ts';
import { Faults, faultyHost } from '../support/faulty-host.ts';

run(() => {
  const config = readConfig(process.env);
  const log = openLog(config.LOG_LEVEL);
  const faults = new Faults();
  const [, kind, step = ''] = /^(hang|pause|block):(.+)$/.exec(process.env['FAULT'] ?? '') ?? [];
  if (kind === 'hang') faults.hang(step);
  if (kind === 'pause') {
    const release = faults.pause(step, { deaf: true });
    once(process.stdin, 'data').then(release);
  }
  if (kind === 'block') {
    faults.pause(step);
    once(process.stdin, 'data').then(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  }
  faults.reached(step).then(() => log.info({ step }, 'held up'));

  const lease = Number(process.env['LEASE'] ?? 10_000);
  const heartbeat = Number(process.env['HEARTBEAT'] ?? lease / 5);
  const host = faultyHost(openSandboxHost({ directory: join(config.DATA_DIR, 'sites') }), faults);
  return openService(config, { api: false, worker: true }, log, { host, times: { lease, heartbeat } });
});
