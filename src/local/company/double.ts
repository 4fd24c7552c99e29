import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { calmDial, type Dial } from './dial.ts';

/** What a double is asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The parts of the pattern in braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Parsed when it is JSON, else the text; `undefined` when empty. */
  readonly body: unknown;
}

/** What it answers. `body` goes out as JSON; none when `undefined`. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Route {
  /** `*` takes every method. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | '*';
  /** A path with parts in braces: `/users/{id}`. A last part `{rest*}` takes the slashes too. The first that fits wins. */
  readonly pattern: string;
  /** The request only looks although its method is not GET. */
  readonly looks?: boolean;
  /** What a lie looks like here: success, and nothing done. Default 204. */
  readonly lie?: Answer;
  handle(asked: Asked): Answer | Promise<Answer>;
}

/** How this vendor says what every vendor says. */
export interface Vendor {
  readonly name: string;
  /** Who may ask; everybody else gets `unauthorized`. */
  authorized(asked: Asked): boolean;
  unauthorized(): Answer;
  throttled(): Answer;
  forbidden(): Answer;
  notFound(): Answer;
  broken(): Answer;
}

/** One request and what came of it, for judges. No headers: they hold credentials. */
export interface JournalEntry {
  readonly at: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: unknown;
  /** `undefined` when the answer was lost on its way. */
  readonly status: number | undefined;
  readonly answer: unknown;
}

export interface Double {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  readonly dial: Dial;
  /** The newest last; at most 2,000. */
  readonly journal: JournalEntry[];
  close(): Promise<void>;
}

const bodyCap = 1_000_000;
const journalCap = 2_000;

/** Starts a stateful double of a vendor's interface on a free port of 127.0.0.1. */
export async function openDouble(vendor: Vendor, routes: readonly Route[], dial: Dial = calmDial()): Promise<Double> {
  const journal: JournalEntry[] = [];
  const compiled = routes.map((route) => ({ route, fits: fitting(route.pattern) }));
  // What each look was answered last, so that a stale read can show it again.
  const shown = new Map<string, Answer>();

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A defect of the double itself: loud for whoever runs it, and never taken for a vendor's answer.
      console.error(`${vendor.name} double:`, error);
      response.destroy();
    });
  });
  server.on('connection', (socket) => {
    if (dial.down) socket.destroy();
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (dial.down) return void response.destroy();
    const url = new URL(request.url ?? '/', 'http://double.invalid');
    const text = await readBody(request);
    const method = request.method ?? 'GET';
    const body = text === undefined ? undefined : parsed(text, request.headers['content-type']);
    const answer = text === undefined ? { status: 413 } : await answered(method, url, body, request.headers);

    const status = answer === 'lost' ? undefined : answer.status;
    journal.push({
      at: new Date().toISOString(),
      method,
      url: url.pathname + url.search,
      body,
      status,
      answer: answer === 'lost' ? undefined : answer.body,
    });
    if (journal.length > journalCap) journal.shift();
    if (answer === 'lost') return void response.destroy();
    response.writeHead(answer.status, {
      ...(answer.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...answer.headers,
    });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  async function answered(
    method: string,
    url: URL,
    body: unknown,
    headers: IncomingHttpHeaders,
  ): Promise<Answer | 'lost'> {
    const match = compiled.find(
      ({ route, fits }) => (route.method === '*' || route.method === method) && fits(url.pathname),
    );
    const params = match?.fits(url.pathname) ?? {};
    const asked: Asked = { method, path: url.pathname, query: url.searchParams, params, headers, body };
    if (!vendor.authorized(asked)) return vendor.unauthorized();
    if (!match) return vendor.notFound();

    const { route } = match;
    const looks = method === 'GET' || route.looks === true;
    if (!looks || dial.reach === 'all') {
      if (dial.slowMs > 0) await wait(dial.slowMs);
      if (spend(dial, 'throttle')) return vendor.throttled();
      if (spend(dial, 'errorBefore')) return vendor.broken();
      if (dial.forbidden) return vendor.forbidden();
    }
    if (looks) {
      const key = `${method} ${url.pathname}${url.search} ${JSON.stringify(body ?? null)}`;
      const before = shown.get(key);
      if (before && spend(dial, 'stale')) return before;
      const answer = await route.handle(asked);
      shown.set(key, answer);
      if (shown.size > 500) shown.delete(shown.keys().next().value ?? key);
      return answer;
    }
    if (spend(dial, 'lie')) return route.lie ?? { status: 204 };
    const answer = await route.handle(asked);
    if (spend(dial, 'errorAfter')) return vendor.broken();
    return spend(dial, 'lost') ? 'lost' : answer;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`${vendor.name} double: it listens on no port`);

  return {
    url: `http://127.0.0.1:${address.port}`,
    dial,
    journal,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Takes one from a fault that is counted; whether there was one to take. */
function spend(dial: Dial, fault: 'throttle' | 'errorBefore' | 'errorAfter' | 'lost' | 'lie' | 'stale'): boolean {
  if (dial[fault] <= 0) return false;
  dial[fault] -= 1;
  return true;
}

function fitting(pattern: string): (path: string) => Record<string, string> | undefined {
  const names = [...pattern.matchAll(/\{(\w+)\*?\}/g)].map((part) => part[1] ?? '');
  const source = pattern
    .split(/(\{\w+\*?\})/)
    .map((part) =>
      !part.startsWith('{') ? part.replace(/[.*+?^$()|[\]\\]/g, '\\$&') : part.endsWith('*}') ? '(.*)' : '([^/]+)',
    )
    .join('');
  const expression = new RegExp(`^${source}$`);
  return (path) => {
    const found = expression.exec(path);
    if (!found) return undefined;
    try {
      return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]));
    } catch {
      // A path that is no valid percent-encoding fits nothing.
      return undefined;
    }
  };
}

/** The body as text; `undefined` when it is larger than the cap. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > bodyCap) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string, contentType: string | undefined): unknown {
  if (text === '') return undefined;
  if (!contentType?.includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON although it says so: the route sees the text and refuses it as the vendor would.
    return text;
  }
}
