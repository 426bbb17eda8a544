/** The token or API key that this tab signs in with. */
export interface Session {
  readonly token: string | undefined;
  /** Keeps the token in this page's memory, or in the tab until it is closed. */
  signIn(token: string, options: { readonly keep: boolean }): void;
  signOut(): void;
  /** What is wrong with the token that the sign-in page has returned, if anything. */
  readonly fault: string | undefined;
  /** Where the sign-in page is that returns with a token; undefined where there is none. */
  readonly signInPage: (() => string) | undefined;
}

const name = 'company-provisioning-token';
const stateName = 'company-provisioning-sign-in';

/** A sign-in page returns to `/console/…#token=…&state=…`: with the state that it was given, or the token is not for this tab. */
export function openSession(): Session {
  const returned = new URLSearchParams(location.hash.slice(1));
  const given = returned.get('token');
  let fault: string | undefined;
  if (given !== null) {
    history.replaceState(null, '', location.pathname + location.search);
    const expected = sessionStorage.getItem(stateName);
    sessionStorage.removeItem(stateName);
    if (expected !== null && returned.get('state') === expected) sessionStorage.setItem(name, given);
    else fault = 'The sign-in page returned a token that this tab has not asked for. Sign in again.';
  }
  let token = sessionStorage.getItem(name) ?? undefined;

  const address = document.querySelector<HTMLMetaElement>('meta[name=sign-in-page]')?.content;
  return {
    get token() {
      return token;
    },
    signIn(entered, { keep }) {
      token = entered;
      if (keep) sessionStorage.setItem(name, entered);
    },
    signOut() {
      token = undefined;
      sessionStorage.removeItem(name);
    },
    fault,
    signInPage: address
      ? () => {
          const state = crypto.randomUUID();
          sessionStorage.setItem(stateName, state);
          const page = new URL(address);
          page.searchParams.set('return_to', location.href);
          page.searchParams.set('state', state);
          return page.href;
        }
      : undefined,
  };
}
