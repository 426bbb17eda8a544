/** A worker's stand-in, to be killed: runs one step of the plan on the bench whose folder is its argument. */
import { openBenchHost } from '../../src/provisioning/bench/bench-host.ts';
import { acme, ever, stepOf } from './site-plan.ts';

const [path = '', step = ''] = process.argv.slice(2);
await stepOf(openBenchHost({ path, exec: [], database: {} }), acme, step).run({ signal: ever, progress() {} });
