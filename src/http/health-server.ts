import type { Health } from './health.ts';
import type { HttpServer } from './http-server.ts';
import { sendJson } from './send-json.ts';

/** Serves the health of a process that has no API. */
export function serveHealth(http: HttpServer, health: Health): void {
  http.serve(async (request, response) => {
    if (await health.answer(request, response)) return 'other';
    sendJson(response, 404, { errors: [{ message: 'Not found; see /healthz, /readyz and /metrics.' }] });
    return 'other';
  });
}
