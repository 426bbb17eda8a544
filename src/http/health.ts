import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Backlog, Metrics } from '../metrics.ts';
import { answerLimit, askOnce, NoAnswer } from './ask-once.ts';
import { sendJson } from './send-json.ts';

/** A server that this process cannot do without. */
export interface Check {
  /** Rejects when the server is away. */
  readonly ask: () => Promise<void>;
  /** The variable that says where it is. */
  readonly variable: string;
}

export interface HealthOptions {
  /** By their names in the answer of `/readyz`. */
  readonly checks: Readonly<Record<string, Check>>;
  /** What the database knows of the work at hand; rejects when it is away. */
  readonly backlog: () => Promise<Backlog>;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** What machines ask of a process: `/healthz`, whether it lives; `/readyz`, whether it can work; and `/metrics`. */
export interface Health {
  /** Resolves to false, and leaves request and response alone, when the path is another one. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** Not ready any more, so that nobody sends more work while this process ends. */
  close(): void;
}

export function openHealth({ checks, backlog, metrics, log }: HealthOptions): Health {
  const asked = Object.entries(checks).map(([name, { ask, variable }]) => ({ name, variable, ask: askOnce(ask) }));
  const readBacklog = askOnce(backlog);
  let closing = false;

  const answers = new Map<string | undefined, (response: ServerResponse) => void | Promise<void>>([
    ['/healthz', (response) => sendJson(response, 200, { status: 'alive' })],
    ['/readyz', (response) => (closing ? sendJson(response, 503, { status: 'closing' }) : answerReady(response))],
    ['/metrics', answerMetrics],
  ]);

  async function answerReady(response: ServerResponse): Promise<void> {
    const found = await Promise.all(
      asked.map(async ({ name, variable, ask }) => {
        const trouble = await ask().then(() => undefined, troubleOf);
        return { name, trouble: trouble && `${name}: ${trouble}; see ${variable}` };
      }),
    );
    const states = Object.fromEntries(found.map(({ name, trouble }) => [name, trouble ? 'away' : 'ok']));
    const missing = found.flatMap(({ trouble }) => trouble ?? []);
    if (missing.length === 0) sendJson(response, 200, states);
    else sendJson(response, 503, { ...states, missing });
  }

  async function answerMetrics(response: ServerResponse): Promise<void> {
    const known = await readBacklog().catch((error: Error) => {
      log.warn({ err: error.message }, 'metrics without what the database knows');
      return undefined;
    });
    const { contentType, body } = await metrics.page(known);
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
  }

  return {
    async answer(request, response) {
      const answer = answers.get(request.url?.split('?')[0]);
      if (!answer) return false;
      if (request.method === 'GET' || request.method === 'HEAD') await answer(response);
      else {
        response.setHeader('allow', 'GET, HEAD');
        sendJson(response, 405, { errors: [{ message: 'This is only to be read.' }] });
      }
      return true;
    },
    close() {
      closing = true;
    },
  };
}

/** For operators, without the error's own words: they may name hosts and users. */
function troubleOf(error: unknown): string {
  if (error instanceof NoAnswer) return `no answer within ${answerLimit / 1_000} s`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z\d_]+$/.test(code) ? `not to be reached (${code})` : 'not to be reached';
}
