import type { Health } from './health.ts';
import { type HttpServer, type HttpServerOptions, openHttpServer } from './http-server.ts';
import { sendJson } from './send-json.ts';

/** Serves the health of a process that has no API. */
export async function openHealthServer(health: Health, options: HttpServerOptions): Promise<HttpServer> {
  const http = await openHttpServer(options);
  http.serve(async (request, response) => {
    if (await health.answer(request, response)) return 'other';
    sendJson(response, 404, { errors: [{ message: 'There is nothing here; see /healthz, /readyz and /metrics.' }] });
    return 'other';
  });
  return http;
}
