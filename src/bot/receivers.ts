import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { HTTPReceiver, SocketModeReceiver, type webApi } from '@slack/bolt';
import { z } from 'zod';
import type { BotSettings, Route } from './settings.ts';

/** What a receiver tells the replay guard of each request; stands in Bolt's context. */
export const Delivery = z.object({
  /** Different for each request that Slack sends, the same for one that is sent twice. */
  requestKey: z.string().min(1),
  /** When Slack signed it, in seconds since 1970; left out in socket mode, where nothing can be sent again later. */
  sentAt: z.number().optional(),
});

export interface OpenReceiver {
  readonly receiver: HTTPReceiver | SocketModeReceiver;
  /** Listens; gives the port where there is one. */
  start(): Promise<number | undefined>;
  stop(): Promise<void>;
}

type Logger = NonNullable<webApi.WebClientOptions['logger']>;
const eventsPath = '/slack/events';

/** Requests signed by Slack, over HTTP. Only what is smaller than 256 kB is read, and only after that is it verified. */
export function httpReceiver(settings: BotSettings, routes: readonly Route[], logger: Logger): OpenReceiver {
  if (!settings.signingSecret)
    throw new Error('bot: settings: mode http needs the signing secret of the Slack app. Nothing was started.');
  const receiver = new HTTPReceiver({
    signingSecret: settings.signingSecret.reveal(),
    endpoints: [eventsPath],
    bodyLimit: '256kb',
    logger,
    customRoutes: routes.map((route) => ({
      path: route.path,
      method: route.method,
      handler: (request, response) => route.handler(request, response),
    })),
    // Called after the signature was verified.
    customPropertiesExtractor: ({ headers }) => ({
      requestKey: createHash('sha256').update(String(headers['x-slack-signature'])).digest('hex'),
      sentAt: Number(headers['x-slack-request-timestamp']),
    }),
  });
  let server: Server | undefined;
  return {
    receiver,
    async start() {
      const { host = '127.0.0.1', port = 3000 } = settings;
      server = await receiver.start({ host, port });
      return portOf(server);
    },
    stop: () => closed(server),
  };
}

/** A web socket that Slack sends everything through; the routes get a small server of their own where a port is set. */
export function socketReceiver(
  settings: BotSettings,
  routes: readonly Route[],
  logger: Logger,
  clientOptions: webApi.WebClientOptions,
): OpenReceiver {
  if (!settings.appToken)
    throw new Error('bot: settings: mode socket needs the app-level token (xapp-…). Nothing was started.');
  const receiver = new SocketModeReceiver({
    appToken: settings.appToken.reveal(),
    logger,
    installerOptions: { clientOptions },
    customPropertiesExtractor: (args: unknown) => ({ requestKey: Envelope.parse(args).envelope_id }),
  });
  let server: Server | undefined;
  return {
    receiver,
    async start() {
      if (settings.port !== undefined && routes.length > 0) server = await listen(settings, routes);
      await receiver.start();
      return server && portOf(server);
    },
    async stop() {
      await receiver.stop();
      await closed(server);
    },
  };
}

const Envelope = z.object({ envelope_id: z.string().min(1).max(200) });

async function listen({ host = '127.0.0.1', port = 0 }: BotSettings, routes: readonly Route[]): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    const route = routes.find((known) => known.path === path && known.method === request.method);
    if (route) route.handler(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('bot: receiver: the server listens on no port.');
  return address.port;
}

/** Takes no more requests and waits for those under way; idle connections are closed at once, all of them after a while. */
async function closed(server: Server | undefined): Promise<void> {
  if (!server?.listening) return;
  const limit = setTimeout(() => server.closeAllConnections(), closeLimitMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(limit);
}

const closeLimitMs = 3_000;
export const eventsUrlOf = (host: string, port: number): string => `http://${host}:${port}${eventsPath}`;
