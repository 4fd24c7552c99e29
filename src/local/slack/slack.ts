import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createFaults, type FaultDial } from './faults.ts';
import type { Keep } from '../company/keep.ts';
import { chatMethods } from './methods/chat.ts';
import { conversationMethods } from './methods/conversations.ts';
import { fileMethods, mostBytes } from './methods/files.ts';
import type { Methods } from './methods/method.ts';
import { peopleMethods } from './methods/people.ts';
import { viewMethods } from './methods/views.ts';
import { SlackRefusal } from './refusal.ts';
import { isJson } from './limits.ts';
import type { Channel, Json, Member, Team } from './records.ts';
import { createResponseUrls, type Origin } from './response-urls.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const methods: Methods = { ...peopleMethods, ...conversationMethods, ...chatMethods, ...viewMethods, ...fileMethods };

export interface SlackDoubleOptions {
  /** Any place with tables; a file where the state must survive the process. */
  readonly keep: Pick<Keep, 'table'>;
  readonly team: Team;
  readonly members: readonly Member[];
  readonly channels: readonly Channel[];
  /** What requests to the app are signed with. */
  readonly signingSecret: string;
  readonly botToken: string;
  /** The scopes that the token carries, as auth.test shows them in its `x-oauth-scopes` header. */
  readonly scopes?: readonly string[];
  readonly now?: () => number;
}

export interface SlackDouble {
  /** For `clientOptions.slackApiUrl`; ends in `/api/`. */
  readonly apiUrl: string;
  readonly signingSecret: string;
  readonly team: Team;
  readonly workspace: Workspace;
  readonly faults: FaultDial;
  /** The last thousand calls, for tests that judge what the app sends. */
  readonly calls: readonly { readonly method: string; readonly args: Json }[];
  responseUrl(origin: Origin): string;
  close(): Promise<void>;
}

/** Slack's side of the wire on 127.0.0.1: a stateful Web API that refuses what Slack refuses. */
export async function openSlackDouble(options: SlackDoubleOptions): Promise<SlackDouble> {
  const { keep, team, members, channels, signingSecret, botToken, scopes = [], now = Date.now } = options;
  const workspace = openWorkspace({ keep, team, members, channels, now });
  const responseUrls = createResponseUrls(workspace);
  const faults = createFaults();
  const calls: { method: string; args: Json }[] = [];
  let origin = '';

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A fault of the double, not of the app: it must be seen, and the app must not wait for it.
      console.error('slack double: a request failed; this is a fault of the double.', error);
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, room, name = ''] = new URL(request.url ?? '/', origin).pathname.split('/');
    if (request.method !== 'POST' && room !== 'api')
      return send(response, 405, { ok: false, error: 'method_not_allowed' });
    if (room === 'response') return responded(name, request, response);
    if (room === 'upload') return uploaded(name, request, response);
    if (room !== 'api') return send(response, 404, { ok: false, error: 'not_found' });

    const fault = faults.take(name);
    if (fault?.kind === 'rateLimited')
      return send(
        response,
        429,
        { ok: false, error: 'ratelimited' },
        { 'retry-after': String(fault.retryAfterSeconds) },
      );
    if (fault?.kind === 'serverError')
      return send(response, fault.status ?? 500, { ok: false, error: 'internal_error' });
    if (fault?.kind === 'refused') return send(response, 200, { ok: false, error: fault.error });
    if (fault?.kind === 'slow') await wait(fault.delayMs);
    const body = await callMethod(name, request);
    if (fault?.kind === 'lostAnswer') return void request.socket.destroy();
    send(response, 200, body, { 'x-oauth-scopes': scopes.join(',') });
  }

  async function callMethod(name: string, request: IncomingMessage): Promise<Json> {
    try {
      const args = await argumentsOf(request);
      const token = request.headers.authorization?.replace(/^Bearer /, '') ?? args['token'];
      if (token === undefined || token === '') throw new SlackRefusal('not_authed');
      if (token !== botToken) throw new SlackRefusal('invalid_auth');
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (!method) throw new SlackRefusal('unknown_method');
      const { token: _token, ...rest } = args;
      calls.push({ method: name, args: rest });
      if (calls.length > 1000) calls.shift();
      return { ok: true, ...method(rest, workspace, origin) };
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      const reasons = error.messages.length > 0 ? { response_metadata: { messages: error.messages } } : {};
      return { ok: false, error: error.error, ...reasons };
    }
  }

  async function responded(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const text = (await bytesOf(request)).toString('utf8');
      responseUrls.use(id, parseJson(text));
      send(response, 200, { ok: true });
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      const status = error.error.endsWith('_url') ? 404 : 400;
      send(response, status, { ok: false, error: error.error, messages: error.messages });
    }
  }

  async function uploaded(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = workspace.file(id);
    const content = await fileOf(request);
    if (!file || file.content !== undefined || content.length !== file.length)
      return send(response, 400, { ok: false, error: 'upload does not match what was announced' });
    workspace.setFile({ ...file, content: content.toString('base64') });
    send(response, 200, { ok: true });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('slack double: no port was given by the system.');
  origin = `http://127.0.0.1:${address.port}`;

  return {
    apiUrl: `${origin}/api/`,
    signingSecret,
    team,
    workspace,
    faults,
    calls,
    responseUrl: (from) => `${origin}/response/${responseUrls.make(from)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function argumentsOf(request: IncomingMessage): Promise<Json> {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://double').searchParams);
  const body = (await bytesOf(request)).toString('utf8');
  if (!request.headers['content-type']?.includes('application/json'))
    return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  const parsed = parseJson(body);
  return isJson(parsed) ? { ...query, ...parsed } : query;
}

/** The bytes of an upload: the body itself, or the file of a form. */
async function fileOf(request: IncomingMessage): Promise<Buffer> {
  const bytes = await bytesOf(request);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return bytes;
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  for (const [, part] of form) if (typeof part !== 'string') return Buffer.from(await part.arrayBuffer());
  return Buffer.alloc(0);
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    // A request is a stream of buffers as long as nobody sets its encoding.
    const piece: Buffer = chunk;
    chunks.push(piece);
    length += piece.length;
    if (length > mostBytes + 10_000) throw new Error('slack double: request: the body is too large; send less.');
  }
  return Buffer.concat(chunks);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SlackRefusal('invalid_payload');
  }
}

function send(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
