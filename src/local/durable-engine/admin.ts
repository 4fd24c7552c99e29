/** The administration of the durable engine's server: what we ask of it, and no more. */
export interface AdminClient {
  healthy(): Promise<boolean>;
  /** Whether its partitions have leaders, so that it takes work. */
  leading(): Promise<boolean>;
  /** Makes our handlers known at `uri`, and points what an earlier process left unfinished there too. Gives whether it knew none before. */
  register(uri: string): Promise<{ wasEmpty: boolean }>;
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
}

const callLimitMs = 10_000;

/** Talks to an administration endpoint over `fetch`; a unix socket or a URL. */
export function connectAdmin(address: { url: string; fetch: typeof globalThis.fetch }): AdminClient {
  async function call(method: string, path: string, body?: unknown): Promise<Response> {
    return address.fetch(`${address.url.replace(/\/$/, '')}${path}`, {
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(callLimitMs),
    });
  }

  async function json(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await call(method, path, body);
    const text = await response.text();
    if (!response.ok)
      throw new Error(`the durable engine answered ${response.status} to ${method} ${path}: ${text.slice(0, 300)}`);
    // The server's own answer; each caller picks out what it needs and checks it.
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  async function answers(method: string, path: string, body?: unknown): Promise<boolean> {
    try {
      const response = await call(method, path, body);
      await response.arrayBuffer();
      return response.ok;
    } catch {
      // Not there yet, or not there at all: that is the answer.
      return false;
    }
  }

  async function register(uri: string): Promise<{ wasEmpty: boolean }> {
    const { deployments } = await json('GET', '/deployments');
    const known = (Array.isArray(deployments) ? deployments : []).flatMap((deployment: unknown) => {
      if (typeof deployment !== 'object' || deployment === null || !('id' in deployment)) return [];
      const { id, uri: at } = deployment as { id: unknown; uri?: unknown };
      return [{ id: String(id), uri: typeof at === 'string' ? at : '' }];
    });
    // Handlers are short, so an unfinished call may go on at the new address with the new code.
    for (const { id, uri: at } of known)
      if (!sameAddress(at, uri)) await json('PATCH', `/deployments/${id}`, { uri, overwrite: true });
    await json('POST', '/deployments', { uri, force: true });
    return { wasEmpty: known.length === 0 };
  }

  return {
    healthy: () => answers('GET', '/health'),
    leading: () => answers('POST', '/query', { query: 'select count(1) from sys_invocation' }),
    register,
    async query(sql) {
      const { rows } = await json('POST', '/query', { query: sql });
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
  };
}

function sameAddress(a: string, b: string): boolean {
  return a.replace(/\/$/, '') === b.replace(/\/$/, '');
}
