import type { Viewer } from './viewer.ts';

/** How many tokens are remembered, and how long, in milliseconds: the longest time that a withdrawn key stays accepted. */
const most = 1_000;
const longest = 60_000;

/** Verifying a signature costs more than a small query: a token that was good is good for another while, until it ends. */
export function rememberVerified(verify: (token: string) => Promise<Viewer>): (token: string) => Promise<Viewer> {
  const remembered = new Map<string, { readonly viewer: Viewer; readonly until: number }>();
  return async (token) => {
    const known = remembered.get(token);
    if (known && Date.now() < known.until) return known.viewer;

    remembered.delete(token);
    const viewer = await verify(token);
    const [oldest] = remembered.keys();
    if (remembered.size >= most && oldest !== undefined) remembered.delete(oldest);
    remembered.set(token, { viewer, until: Math.min(Date.now() + longest, viewer.until ?? Number.POSITIVE_INFINITY) });
    return viewer;
  };
}
