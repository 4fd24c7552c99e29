import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { createHands } from '../slack/hands.ts';
import { isJson } from '../slack/limits.ts';
import { NotPossible } from '../slack/not-possible.ts';
import { SlackRefusal } from '../slack/refusal.ts';
import { NotAcknowledged } from '../slack/sign.ts';
import type { SlackDouble } from '../slack/slack.ts';
import { createApi } from './api.ts';
import { guardOrigin, guardToken } from './guard.ts';
import { loadPage } from './page.ts';
import { findPerson, type Person } from './person.ts';
import { Refused } from './refused.ts';
import { createStreams } from './streams.ts';

export interface ConsoleOptions {
  readonly slack: SlackDouble;
  readonly people: readonly Person[];
  /** Where the bot listens, `http://127.0.0.1:…/slack/events`. */
  readonly eventsUrl: string;
  readonly signingSecret: string;
  readonly host: '127.0.0.1' | '::1' | 'localhost';
  /** 0 for any free one. */
  readonly port: number;
  /** Whoever has it may act as everybody: it is the key to the local world. */
  readonly token: string;
  readonly commands?: readonly string[];
  /** See `HandsOptions`. */
  readonly patienceMs?: number;
}

/** Serves the page that plays Slack's part, and the small interface behind it. */
export async function openConsole(options: ConsoleOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { slack, people, eventsUrl, signingSecret, token, commands = ['/offboard'], patienceMs = 2500 } = options;
  const { workspace } = slack;
  const hands = createHands({ slack, eventsUrl, signingSecret, commands, patienceMs });
  const api = createApi({ workspace, hands, people, commands });
  const page = await loadPage();
  const streams = createStreams(workspace);

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => fail(response, error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    guardOrigin(request);
    const url = new URL(request.url ?? '/', 'http://console');
    const asset = request.method === 'GET' ? page.get(url.pathname) : undefined;
    // The page's parts hold no secret; the page itself is of no use without the token, and says so.
    if (asset && url.pathname !== '/') return void response.writeHead(200, asset.headers).end(asset.body);
    guardToken(request, url, token);
    if (asset) return void response.writeHead(200, asset.headers).end(asset.body);

    if (request.method === 'GET' && url.pathname === '/api/stream') {
      const found = findPerson(url.searchParams.get('as') ?? '', people);
      return streams.open(response, found.kind === 'one' ? found.person.slackId : undefined);
    }
    const name = `${request.method ?? ''} ${url.pathname}`;
    const handler = Object.hasOwn(api, name) ? api[name] : undefined;
    if (!handler)
      throw new Refused(404, 'unknown_address', `There is no ${name}. There are: ${Object.keys(api).join(', ')}.`);
    const { token: _token, ...query } = Object.fromEntries(url.searchParams);
    const result = await handler(request.method === 'GET' ? query : await jsonOf(request));
    if (name === 'GET /api/file') return sendFile(response, result);
    send(response, 200, result);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('console: no port was given by the system.');
  const host = options.host === '::1' ? '[::1]' : options.host;
  return {
    url: `http://${host}:${address.port}/?token=${encodeURIComponent(token)}`,
    close: () =>
      new Promise((resolve) => {
        streams.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json')
    throw new Refused(415, 'not_json', 'Nothing was done. Send JSON with `content-type: application/json`.');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const piece: Buffer = chunk;
    length += piece.length;
    if (length > 64_000) throw new Refused(413, 'too_large', 'Nothing was done: more than 64 kB were sent.');
    chunks.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new Refused(400, 'not_json', 'Nothing was done: what was sent is not JSON.');
  }
}

function fail(response: ServerResponse, error: unknown): void {
  const { status, body } = failure(error);
  if (status === 500) console.error('console: a request failed; this is a fault of the console.', error);
  if (response.headersSent) response.destroy();
  else send(response, status, body);
}

function failure(error: unknown): { status: number; body: { error: string; say: string } } {
  if (error instanceof Refused) return { status: error.status, body: { error: error.error, say: error.message } };
  if (error instanceof NotPossible)
    return { status: error.error.endsWith('not_found') ? 404 : 409, body: { error: error.error, say: error.message } };
  if (error instanceof NotAcknowledged) {
    const status = error.error === 'operation_timeout' ? 504 : 502;
    return { status, body: { error: error.error, say: error.message } };
  }
  if (error instanceof SlackRefusal)
    return {
      status: 502,
      body: { error: error.error, say: `The bot answered with what Slack does not take: ${error.message}` },
    };
  if (error instanceof z.ZodError)
    return { status: 400, body: { error: 'invalid_input', say: `Nothing was done. ${z.prettifyError(error)}` } };
  return { status: 500, body: { error: 'internal_error', say: 'Something broke in the console. See its log.' } };
}

function sendFile(response: ServerResponse, file: unknown): void {
  const { name, content } = z.object({ name: z.string(), content: z.string() }).parse(file);
  response.writeHead(200, {
    ...safe,
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
  });
  response.end(Buffer.from(content, 'base64'));
}

const safe = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...safe, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(isJson(body) ? body : { body }));
}
