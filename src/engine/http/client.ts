import { Agent, fetch, type Response } from 'undici';
import { Refused, Unavailable } from '../connectors/errors.ts';
import type { HttpAnswer, HttpRequest, HttpTarget, OpenHttp } from '../http.ts';
import { checkedBaseUrl, pinnedLookup, type Allow, type Resolve } from './address.ts';
import { isGitHubLimit, retryAfterMs, throttledBy403 } from './retry-after.ts';

const bodyCap = 2_000_000;

interface HttpOptions {
  readonly allow: Allow;
  readonly timeoutMs?: number;
  /** How names become addresses; the system's way unless a test gives another. */
  readonly resolve?: Resolve;
}

/**
 * The one HTTP client of all connectors. It never retries and never follows a redirect; a request waits at most
 * `timeoutMs`, an answer is at most 2 MB. `allow: 'public'` speaks https to public addresses only, `allow: 'loopback'` to
 * this machine only, so that neither can be pointed at the other by accident.
 * Throws `Refused` and `Unavailable` as `Http` says; the reason of the caller's own signal when that aborts.
 */
export function createHttp({ allow, timeoutMs = 15_000, resolve }: HttpOptions): OpenHttp {
  const agent = new Agent({ connect: { lookup: pinnedLookup(allow, resolve), timeout: timeoutMs } });
  return (target) => {
    // Judged at each request and not here: a wrong address is one target system's trouble, not the whole product's.
    const send = async (request: HttpRequest, verb: 'look' | 'act') =>
      exchange({
        target,
        base: checkedBaseUrl(target.connector, target.baseUrl, allow),
        agent,
        timeoutMs,
        request,
        verb,
      });
    return { look: (request) => send(request, 'look'), act: (request) => send(request, 'act') };
  };
}

interface Exchange {
  readonly target: HttpTarget;
  readonly base: URL;
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly request: HttpRequest;
  readonly verb: 'look' | 'act';
}

async function exchange({ target, base, agent, timeoutMs, request, verb }: Exchange): Promise<HttpAnswer> {
  const { method, signal } = request;
  signal.throwIfAborted();
  const what = `${target.connector}: ${method} ${shownPath(request.path)}`;
  const url = checkedUrl(what, base, request);
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);

  let answer: HttpAnswer | 'too large';
  try {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = checkedHeaders(what, [json, request.headers ?? {}, await target.headers(limit)]);
    const response = await fetch(url, {
      method,
      headers: [...headers],
      redirect: 'manual',
      signal: limit,
      dispatcher: agent,
      ...(body === undefined ? {} : { body }),
    });
    answer = await read(response);
  } catch (error) {
    // Whoever stopped us knows why; that is no fault of the target system.
    signal.throwIfAborted();
    if (error instanceof Refused || error instanceof Unavailable) throw error;
    if (error instanceof Error && error.cause instanceof Refused) {
      throw new Refused(`${what} was not sent: ${error.cause.message}. Correct it.`, { cause: error });
    }
    const why = limit.aborted ? `had no answer within ${timeoutMs / 1000} s` : 'lost its connection';
    throw new Unavailable(`${what} ${why}. ${effect(verb)} Check that the target system can be reached.`, {
      cause: error,
    });
  }
  if (answer === 'too large') {
    throw new Refused(`${what} was answered with more than 2 MB, which was not read. ${effect(verb)} Do this by hand.`);
  }
  return judged(what, verb, answer);
}

/** Gives an answer back for the connector to judge, or throws where every connector would judge alike. */
function judged(what: string, verb: 'look' | 'act', answer: HttpAnswer): HttpAnswer {
  const { status, headers } = answer;
  const throttled = status === 429 || (status === 403 && throttledBy403(headers, answer.body));
  if (throttled) {
    // GitHub asks for a minute where it gives no time for a secondary limit; others leave the time to us.
    const minute = isGitHubLimit(answer.body) ? 60_000 : undefined;
    const waitMs = retryAfterMs(status, headers, Date.now()) ?? minute;
    throw new Unavailable(
      `${what} came too early (${status}): the target system takes no more requests for now. Nothing was changed. ` +
        `Wait${waitMs === undefined ? '' : ` ${Math.ceil(waitMs / 1000)} s`}; it is tried again.`,
      { retryAfterMs: waitMs },
    );
  }
  // 501 means that this form will never be understood: the connector may know another.
  if (status === 408 || status === 425 || (status >= 500 && status !== 501)) {
    throw new Unavailable(`${what} failed at the target system (${status}). ${effect(verb)} Look at its status page.`, {
      retryAfterMs: retryAfterMs(status, headers, Date.now()),
    });
  }
  if (status === 401) {
    throw new Refused(`${what} was refused (401): the credentials are not accepted. Nothing was changed. Renew them.`);
  }
  if (status === 403) {
    throw new Refused(
      `${what} was refused (403): the credentials lack the right to do this. Nothing was changed. Grant it, or do this by hand.`,
    );
  }
  if (status >= 300 && status < 400) {
    throw new Refused(
      `${what} was answered with a redirect (${status}), which is never followed. ${effect(verb)} Correct its address in the settings.`,
    );
  }
  return answer;
}

function effect(verb: 'look' | 'act'): string {
  return verb === 'look' ? 'Nothing was changed.' : 'Whether it took effect shows at the next look.';
}

/** The path for a message: a part that is an address of a person is left out. */
function shownPath(path: string): string {
  return path.replace(/[^/]*(@|%40)[^/]*/gi, '…').slice(0, 300);
}

function checkedUrl(what: string, base: URL, { path, query }: HttpRequest): URL {
  const wanted = base.pathname.replace(/\/$/, '') + path;
  const url = new URL(wanted.startsWith('/') ? wanted : `/${wanted}`, base);
  // The parser resolves dots, in every encoding, and encodes what is not: a path that it changed was not a plain path.
  const plain = path.startsWith('/') && !path.includes('//') && !path.includes('..') && url.pathname === wanted;
  if (!plain || url.origin !== base.origin || url.search !== '' || url.hash !== '') {
    throw new Refused(
      `${what} was not sent: an id in it cannot be part of an address. Nothing was changed. Do this by hand.`,
    );
  }
  const pairs = Object.entries(query ?? {});
  url.search = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return url;
}

/** The later ones win. Throws before the platform does, because its message would show the value. */
function checkedHeaders(what: string, given: readonly Readonly<Record<string, string>>[]): Headers {
  try {
    const headers = new Headers({ accept: 'application/json' });
    for (const [name, value] of given.flatMap((some) => Object.entries(some))) headers.set(name, value);
    return headers;
  } catch {
    throw new Refused(
      `${what} was not sent: the credentials hold a character that no header may hold. Paste them again.`,
    );
  }
}

async function read(response: Response): Promise<HttpAnswer | 'too large'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop closes the connection.
    if (size > bodyCap) return 'too large';
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.status, headers: new Headers([...response.headers]), body: parsed(text) };
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Proxies answer with pages; the connector's schema refuses the text where it needs more.
    return text;
  }
}
