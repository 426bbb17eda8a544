import { type Env, type Program, startProgram } from '../support/processes.ts';
import { collectsOnSignal } from '../support/production.ts';
import { pinToServerCore } from './cores.ts';

/** A server that is measured, in a process and on a core of its own. */
export interface Server {
  readonly program: Program;
  readonly port: number;
}

/** A program in references/, which prints its port. */
export async function startReference(file: string, env: Env = {}): Promise<Server> {
  const program = startProgram(`test/benchmark/references/${file}`, {
    NODE_ENV: 'production',
    ...collectsOnSignal,
    ...env,
  });
  pinToServerCore(program.pid);
  const { port } = await program.line((line) => typeof line['port'] === 'number', 'its port');
  return { program, port: Number(port) };
}
