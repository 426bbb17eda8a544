import { hash } from 'node:crypto';

/** As PostgreSQL's JDBC driver has it: a statement that is used more often is prepared, and neither sent nor parsed again. */
const usesBefore = 5;
/** How many statements are prepared, each on every connection that runs it, and how many are counted. */
const mostPrepared = 50;
const mostCounted = 500;

/** Which statements to prepare on the server: those that are run often. */
export class PreparedStatements {
  readonly #names = new Map<string, string>();
  readonly #uses = new Map<string, number>();
  #isStopped = false;

  /** The name under which to prepare a statement that is about to be run. */
  nameOf(statement: string): string | undefined {
    if (this.#isStopped) return undefined;
    const name = this.#names.get(statement);
    if (name !== undefined || this.#names.size === mostPrepared) return name;

    const uses = this.#uses.get(statement) ?? 0;
    if (uses < usesBefore) {
      if (this.#uses.size === mostCounted) this.#uses.clear();
      this.#uses.set(statement, uses + 1);
      return undefined;
    }
    this.#uses.delete(statement);
    const chosen = hash('sha1', statement, 'base64url');
    this.#names.set(statement, chosen);
    return chosen;
  }

  /** Prepares none from now on: this server, or the pooler before it, does not keep them as they were. */
  stop(): void {
    this.#isStopped = true;
  }
}
