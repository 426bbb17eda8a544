import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Liveness } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { Backlog, Metrics } from '../observability/metrics.ts';
import { sendJson } from './send-json.ts';
import { answerLimit, NoAnswer, singleFlight } from './single-flight.ts';

/** A server that this process cannot do without. */
export interface Check {
  /** Rejects when the server is unavailable or unusable. */
  readonly ask: () => Promise<void>;
  /** Why it is unusable although it answers, in words that anybody may read. */
  readonly refusalOf: (error: unknown) => string | undefined;
  /** The variable that says where it is. */
  readonly variable: string;
}

export interface HealthOptions {
  /** By their names in the answer of `/readyz`. */
  readonly checks: Readonly<Record<string, Check>>;
  /** What the database knows of the work at hand; rejects when it is unavailable. */
  readonly backlog: () => Promise<Backlog>;
  readonly liveness: Liveness;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** The endpoints for machines: `/healthz`, whether every loop is running; `/readyz`, whether the process can work; and `/metrics`. */
export interface Health {
  /** Resolves to false, and leaves request and response alone, when the path is another one. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** No longer ready, so that nobody sends more work while this process shuts down. */
  close(): void;
}

export function openHealth({ checks, backlog, liveness, metrics, log }: HealthOptions): Health {
  const asked = Object.entries(checks).map(([name, check]) => ({ ...check, name, ask: singleFlight(check.ask) }));
  const readBacklog = singleFlight(backlog);
  let closing = false;

  const answers = new Map<string | undefined, (response: ServerResponse) => void | Promise<void>>([
    ['/healthz', answerAlive],
    ['/readyz', (response) => (closing ? sendJson(response, 503, { status: 'closing' }) : answerReady(response))],
    ['/metrics', answerMetrics],
  ]);

  function answerAlive(response: ServerResponse): void {
    const late = [...liveness.silences()].filter(([, { lasts, bound }]) => lasts > bound);
    const lines = late.map(
      ([name, { lasts, bound }]) => `${name}: silent for ${seconds(lasts)}, at most ${seconds(bound)}`,
    );
    if (late.length === 0) sendJson(response, 200, { status: 'alive' });
    else sendJson(response, 503, { status: 'late', late: lines });
  }

  async function answerReady(response: ServerResponse): Promise<void> {
    const found = await Promise.all(
      asked.map(async ({ name, variable, ask, refusalOf }) => {
        try {
          await ask();
          return { name, state: 'ok' };
        } catch (error) {
          const refusal = refusalOf(error);
          const problem = refusal === undefined ? unreachable(error) : `unusable: ${refusal}`;
          return {
            name,
            state: refusal === undefined ? 'unavailable' : 'unusable',
            missing: `${name}: ${problem}; see ${variable}`,
          };
        }
      }),
    );
    const states = Object.fromEntries(found.map(({ name, state }) => [name, state]));
    const missing = found.flatMap(({ missing }) => missing ?? []);
    if (missing.length === 0) sendJson(response, 200, states);
    else sendJson(response, 503, { ...states, missing });
  }

  async function answerMetrics(response: ServerResponse): Promise<void> {
    const known = await readBacklog().catch((error: Error) => {
      log.warn({ err: error.message }, 'database metrics unavailable');
      return undefined;
    });
    const { contentType, body } = await metrics.page(known, liveness.silences());
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
  }

  return {
    async answer(request, response) {
      const answer = answers.get(request.url?.split('?')[0]);
      if (!answer) return false;
      if (request.method === 'GET' || request.method === 'HEAD') await answer(response);
      else {
        response.setHeader('allow', 'GET, HEAD');
        sendJson(response, 405, { errors: [{ message: 'Method not allowed; use GET or HEAD.' }] });
      }
      return true;
    },
    close() {
      closing = true;
    },
  };
}

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1_000)} s`;

/** For operators, without the error's own words: they may name hosts and users. */
function unreachable(error: unknown): string {
  if (error instanceof NoAnswer) return `no answer within ${answerLimit / 1_000} s`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z\d_]+$/.test(code) ? `unreachable (${code})` : 'unreachable';
}
