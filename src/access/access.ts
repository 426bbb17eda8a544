import { authenticateByJwt } from './authenticate.ts';
import type { Viewer } from './viewer.ts';

/** What is known of a request before it is known who asks. */
export interface Caller {
  readonly authorization: string | undefined;
  /** The Host header. */
  readonly host: string | undefined;
  /** The Origin header, which browsers send and others do not. */
  readonly origin: string | undefined;
  readonly remoteAddress: string | undefined;
}

export interface Access {
  /** Who asks; rejects with Unauthenticated. */
  identify(caller: Caller): Promise<Viewer>;
}

/**
 * Knows people by their tokens. With a development viewer, whoever shows no token on this machine is that viewer:
 * neither another machine nor a page of another origin in a browser here can borrow it.
 */
export function openAccess(secret: string, developmentViewer?: Viewer): Access {
  const authenticate = authenticateByJwt(secret);
  return {
    async identify(caller) {
      if (caller.authorization === undefined && developmentViewer && isSameMachine(caller)) return developmentViewer;
      return authenticate(caller.authorization);
    },
  };
}

/** Both ends are this machine, and the page that asks, if any, came from the same address. */
export function isSameMachine({ host, origin, remoteAddress }: Omit<Caller, 'authorization'>): boolean {
  const hostName = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
  const isLocalName = hostName === 'localhost' || hostName === '127.0.0.1' || hostName === '[::1]';
  const isLocalPeer = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(remoteAddress ?? '');
  return isLocalName && isLocalPeer && (origin === undefined || origin === `http://${host}`);
}
