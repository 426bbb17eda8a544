import { html, nothing, render, type TemplateResult } from 'lit-html';
import { openApi, Refused } from './api.ts';
import type { App, OpenScreen, Screen, Viewer } from './app.ts';
import { OperatorDocument, PartnerDocument, type TypedDocumentString } from './operations.ts';
import { openSession } from './session.ts';

const root = '/console/';
/** By the first part of the path; each is loaded when it is first shown. */
const screens: Readonly<Record<string, () => Promise<{ readonly open: OpenScreen }>>> = {
  '': () => import('./screens/companies.ts'),
  companies: () => import('./screens/company.ts'),
  new: () => import('./screens/new-company.ts'),
  operations: () => import('./screens/operations.ts'),
  access: () => import('./screens/access.ts'),
};

const session = openSession();
let viewer: Viewer | undefined;
let screen: Screen | undefined;
let shownPath = '';
let announced = '';
let api = connect();
let asked = new AbortController();

const app: App = {
  get viewer() {
    return viewer;
  },
  get lostSince() {
    return api.lostSince;
  },
  request: (...given) => api.request(...given),
  follow: (...given) => api.follow(...given),
  go(path) {
    history.pushState(null, '', path);
    show().then(() => document.querySelector<HTMLElement>('main')?.focus());
  },
  update,
  announce(text) {
    announced = text;
    update();
  },
};

function connect() {
  return openApi(session.token, { signedOut: askToSignIn, changed: () => update() });
}

/** Begins again as whoever is signed in by now. */
function start(): void {
  asked.abort();
  asked = new AbortController();
  api.close();
  api = connect();
  viewer = undefined;
  if (session.token === undefined && goToSignInPage()) return;
  show();
  learnViewer(asked.signal);
}

async function learnViewer(signal: AbortSignal): Promise<void> {
  /** Over the socket that is open anyway. */
  const may = (document: TypedDocumentString<unknown, Record<string, never>>): Promise<boolean> =>
    api
      .follow(
        document,
        () => ({}),
        () => {},
        signal,
      )
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof Refused) return false;
          throw error;
        },
      );
  const [operates, actsForOthers] = await Promise.all([may(OperatorDocument), may(PartnerDocument)]);
  if (signal.aborted) return;
  viewer = { operates, actsForOthers };
  update();
}

async function show(): Promise<void> {
  shownPath = location.pathname;
  const path = shownPath.slice(root.length).split('/').filter(Boolean);
  const load = screens[path[0] ?? ''] ?? (() => import('./screens/missing.ts'));
  screen?.leave?.();
  screen = undefined;
  const address = location.href;
  const { open } = await load();
  if (location.href !== address) return;
  screen = open(app, path);
  scrollTo(0, 0);
  update();
}

/** Unless it has just returned what does not count: it would do so again and again. */
function goToSignInPage(): boolean {
  if (!session.signInPage || session.fault) return false;
  location.replace(session.signInPage());
  return true;
}

async function askToSignIn(reason?: string): Promise<void> {
  const hadToken = session.token !== undefined;
  session.signOut();
  if (!hadToken && goToSignInPage()) return;
  const { openSignIn } = await import('./screens/sign-in.ts');
  asked.abort();
  api.close();
  api = connect();
  screen?.leave?.();
  viewer = undefined;
  screen = openSignIn(session, hadToken ? reason : session.fault, { signedIn: start });
  update();
}

let isDue = false;
function update(): void {
  if (isDue) return;
  isDue = true;
  // A page in the background gets no frames, but its title and icon are seen.
  if (document.hidden) queueMicrotask(draw);
  else requestAnimationFrame(draw);
}

function draw(): void {
  isDue = false;
  const focused = linkInFocus();
  render(frame(), document.body);
  // A list that has grown above the focus shows another company in the element that has it.
  if (focused !== undefined && linkInFocus() !== focused) {
    document.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  document.title = screen ? `${screen.title()} · Company Provisioning` : 'Company Provisioning';
  drawIcon(screen?.icon?.());
}

let hasIcon = false;
/** Screens without an icon of their own get back the usual one, which is none until the first of the others is shown. */
function drawIcon(icon: ReturnType<NonNullable<Screen['icon']>>): void {
  hasIcon ||= icon !== undefined;
  if (hasIcon) import('./parts/icon.ts').then(({ showIcon }) => showIcon(icon));
}

const linkInFocus = (): string | undefined => document.activeElement?.getAttribute('href') ?? undefined;

function frame(): TemplateResult {
  return html`
    <a class="skip" href="#main">Skip to the content</a>
    <header class="bar">
      <a class="brand" href=${root}><span class="mark" aria-hidden="true"></span>Company Provisioning</a>
      <nav aria-label="Console">
        ${viewer ? links().map(([path, name]) => html`<a class="tab" href=${root + path} aria-current=${isShown(path) ? 'page' : nothing}>${name}</a>`) : nothing}
      </nav>
      ${session.token === undefined ? nothing : html`<button class="quiet" @click=${() => askToSignIn()}>Sign out</button>`}
    </header>
    ${api.lostSince === undefined ? nothing : notConnected(api.lostSince)}
    <main id="main" tabindex="-1">${screen?.view() ?? nothing}</main>
    <p class="unseen" role="status">${announced}</p>`;
}

const links = (): readonly (readonly [string, string])[] => [
  ['', 'Companies'],
  ...(viewer?.operates ? ([['operations', 'Operations']] as const) : []),
  ...(viewer?.actsForOthers ? ([['access', 'Access']] as const) : []),
];

const isShown = (path: string): boolean => location.pathname === root + path;

const notConnected = (since: number): TemplateResult => html`
  <p class="banner" role="alert">
    Not connected since ${new Date(since).toLocaleTimeString()}. What you see may be out of date; it is brought up to date as
    soon as the service can be reached again. Nothing that is being done stops meanwhile.
  </p>`;

addEventListener('popstate', () => {
  // A link within the page leads to no other screen.
  if (location.pathname !== shownPath) show();
});
addEventListener('click', (event) => {
  const link = (event.target as Element).closest('a');
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link?.getAttribute('href')?.startsWith(root) || link.target || !isPlain) return;
  event.preventDefault();
  app.go(link.href);
});
document.addEventListener('visibilitychange', update);
setInterval(update, 1_000);
start();
