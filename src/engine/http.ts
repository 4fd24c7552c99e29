/** One request to a target system. `path` is relative to the base URL; each of its parts is already encoded. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, the text when it is none, `undefined` when empty. Foreign: parse it with a schema. */
  readonly body: unknown;
}

/**
 * The way to a target system. Two verbs, because the method cannot tell: some systems look by POST.
 * Both throw `Unavailable` for throttling, server errors, time-outs and lost connections, and `Refused` for 401 and 403
 * that mean credentials or rights; every other status is the connector's to judge.
 */
export interface Http {
  look(request: HttpRequest): Promise<HttpAnswer>;
  act(request: HttpRequest): Promise<HttpAnswer>;
}

/** Where a connector's requests go, and the headers that prove who asks. */
export interface HttpTarget {
  /** The connector's id: every message of an error begins with it. */
  readonly connector: string;
  /** An origin with an optional base path; requests never leave it. */
  readonly baseUrl: string;
  /** Asked before each request, so that a short-lived token can be renewed. */
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
}

export type OpenHttp = (target: HttpTarget) => Http;

/** What a simulation keeps of an act instead of sending it. */
export interface NotedAct extends Pick<HttpRequest, 'method' | 'path' | 'query' | 'body'> {
  readonly connector: string;
}

/** Looks for real; keeps a note of every act instead of sending it. */
export function dryRun(openHttp: OpenHttp, note: (act: NotedAct) => void): OpenHttp {
  return (target) => {
    const http = openHttp(target);
    return {
      look: (request) => http.look(request),
      act: async ({ method, path, query, body }) => {
        note({ connector: target.connector, method, path, ...(query && { query }), body });
        return { status: 204, headers: new Headers(), body: undefined };
      },
    };
  };
}
