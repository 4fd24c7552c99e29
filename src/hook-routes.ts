import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '#bot/settings.ts';
import type { Log } from './log.ts';
import type { HrWebhook } from '#engine/triggers/webhook.ts';

/** One byte more than the webhook takes, so that it is the webhook that says so. */
const bodyCap = 64 * 1024 + 1;
const bodyLimitMs = 10_000;

/** `GET /healthz`, and `POST /hooks/hr` where a webhook is set up. */
export function hookRoutes(hook: HrWebhook | undefined, log: Log): Route[] {
  const health: Route = {
    path: '/healthz',
    method: 'GET',
    handler: (_request, response) => answer(response, 200, { ok: true }),
  };
  if (!hook) return [health];
  const hr: Route = {
    path: '/hooks/hr',
    method: 'POST',
    handler(request, response) {
      bytesOf(request)
        .then((rawBody) => hook({ headers: request.headers, rawBody }))
        .then(
          ({ status, body }) => answer(response, status, body),
          (error: unknown) => {
            log('a webhook could not be answered', { error: error instanceof Error ? error.name : typeof error });
            answer(response, 503, { ok: false, say: 'Nothing was opened. Send the message again later.' });
          },
        );
    },
  };
  return [health, hr];
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  request.setTimeout(bodyLimitMs, () => request.destroy());
  for await (const part of request) {
    // Without a body parser in front, a request gives buffers.
    const bytes = part as Buffer;
    if (size < bodyCap) parts.push(bytes.subarray(0, bodyCap - size));
    size += bytes.length;
  }
  return Buffer.concat(parts);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
