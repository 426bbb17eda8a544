/** An address that cannot be listened on; says which variable to change. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';

  constructor({ host, port, variable }: { host: string; port: number; variable: string }, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    super(sentenceOf(code, host, port, variable), { cause });
  }
}

function sentenceOf(code: string, host: string, port: number, variable: string): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} of ${host} is already in use (${code}). Set ${variable} to another port, or stop what listens there.`;
  }
  if (code === 'EACCES')
    return `This user is not allowed to listen on port ${port} (${code}). Set ${variable} to 1024 or more.`;
  return `HOST=${host} is not an address of this machine (${code}). Set HOST to one, or to 0.0.0.0 for all of them.`;
}
