/** What the benchmark and a process of watchers say to each other, a line of JSON each. */

export type Transport = 'sse' | 'websocket';

/** One watcher: the company, and the token to send with it where the server wants one. */
export interface WatcherOf {
  readonly companyId: string;
  readonly token?: string;
}

export type WatcherCommand =
  | {
      readonly command: 'connect';
      readonly transport: Transport;
      readonly port: number;
      readonly watchers: readonly WatcherOf[];
    }
  /** To be answered once all have this version, or after so many milliseconds. */
  | { readonly command: 'await'; readonly version: number; readonly atMost: number };

export type WatcherReply =
  | { readonly reply: 'connected' }
  | {
      readonly reply: 'arrived';
      readonly version: number;
      /** Those who do not have this version. */
      readonly missing: number;
      /** When the others got it, in ascending order, by the clock in clock.ts. */
      readonly first: number;
      readonly p50: number;
      readonly p99: number;
      readonly last: number;
    }
  | { readonly reply: 'broken'; readonly reason: string };
