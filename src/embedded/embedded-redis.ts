export interface EmbeddedRedis {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /** What runs, for the log: `redis-server 7.0.15, private, in <folder>`. */
  readonly description: string;
  /** Ends the server. May be called twice. */
  close(): Promise<void>;
}
