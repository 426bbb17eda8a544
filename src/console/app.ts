import type { TemplateResult } from 'lit-html';
import type { Api } from './api.ts';
import type { CompanyStatus } from './operations.ts';

/** One page of the console, as long as its address is shown. */
export interface Screen {
  /** Of the tab; the screen's own heading says the same. */
  title(): string;
  view(): TemplateResult;
  /** What the tab's icon shows: the company's status and its progress in percent. */
  icon?(): { readonly status: CompanyStatus; readonly progress: number } | undefined;
  /** Aborts its requests and streams. */
  leave?(): void;
}

/** Opens the screen at `path`, what follows `/console/` in the address: `['companies', 'COMP-2026-00001']`. */
export type OpenScreen = (app: App, path: readonly string[]) => Screen;

/** What the console gives to its screens. */
export interface App extends Api {
  /** Undefined until it is known. What a viewer may not do is not offered. */
  readonly viewer: Viewer | undefined;
  /** Shows another screen: `/console/companies/COMP-2026-00001`. */
  go(path: string): void;
  /** Renders once more, once for all calls before the next frame. It is called every second as well. */
  update(): void;
  /** Says something to those who hear the page. */
  announce(text: string): void;
}

/** Who is signed in, as far as the API says. */
export interface Viewer {
  /** They run the service. */
  readonly operates: boolean;
  /** They may have API keys: partners and operators, who also say whom to mail. */
  readonly actsForOthers: boolean;
}
