/** What is known of a request before it is known who asks. */
export interface Caller {
  readonly authorization: string | undefined;
  /** The stream token in the address, where one is accepted; it does not count beside an Authorization header. */
  readonly streamToken: string | undefined;
  /** The Cookie header. */
  readonly cookie: string | undefined;
  /** The Host header. */
  readonly host: string | undefined;
  /** The Origin header, which browsers send and others do not. */
  readonly origin: string | undefined;
  /** The Sec-Fetch-Site header, with which browsers report which page sent the request. */
  readonly fetchSite: string | undefined;
  /** Something between the client and this machine has passed the request on. */
  readonly isForwarded: boolean;
  readonly remoteAddress: string | undefined;
  /** The network that the client's refused log-ins count for, whoever has passed the request on. */
  readonly network: string | undefined;
  /** Where the request came in. */
  readonly port: number | undefined;
}

/** Both ends are this machine, under a name that resolves nowhere else, and no proxy between them identifies itself. */
export function isSameMachine({ host, isForwarded, remoteAddress }: Caller): boolean {
  const hostName = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
  const isLocalName = hostName === 'localhost' || hostName === '127.0.0.1' || hostName === '[::1]';
  const isLocalPeer = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(remoteAddress ?? '');
  return isLocalName && isLocalPeer && !isForwarded;
}

/** No page asks, or one that came from the same address: another port of this machine is another page. */
export const isOwnPage = ({ host, origin, fetchSite }: Caller): boolean =>
  (origin === undefined || origin === `http://${host}`) &&
  (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none');
