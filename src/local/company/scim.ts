import { randomUUID } from 'node:crypto';
import express from 'express';
import { SCIMMY, SCIMMYRouters } from 'scimmy-routers';
import { calmDial, type Dial } from './dial.ts';
import { openDouble, type Answer, type Asked, type Double, type Vendor } from './double.ts';
import type { Keep } from './keep.ts';
import type { Person } from './people.ts';
import { scimState, seedScim, type ScimGroup, type ScimState, type ScimUser } from './scim-seed.ts';

export interface ScimDouble extends Double {
  readonly token: string;
  readonly state: ScimState;
}

interface ScimOptions {
  readonly keep: Keep;
  readonly people: readonly Person[];
  /** Whether a user shows its groups; many servers leave that out. */
  readonly userShowsGroups?: boolean;
}

/** What the handlers are given with each request: SCIMMY's resources are one per process, the state is not. */
interface Context extends ScimState {
  readonly dial: Dial;
  readonly userShowsGroups: boolean;
}

/**
 * "Ledgerly", an expense tool with a real SCIM 2.0 server (SCIMMY); before it stands the frame of the doubles with its
 * faults and its journal. `url` holds the base path.
 */
export async function openScim({ keep, people, userShowsGroups = true }: ScimOptions): Promise<ScimDouble> {
  const token = seedScim(keep, people);
  const state = scimState(keep);
  const dial = calmDial();
  declareResources();
  const application = express();
  // Express 5 parses the query at each access; SCIMMY writes numbers into it and expects to read them back.
  application.use((request, _response, next) => {
    Object.defineProperty(request, 'query', { value: { ...request.query }, writable: true });
    next();
  });
  const context = (): Context => ({ ...state, dial, userShowsGroups });
  // Who asks was checked by the frame.
  application.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', handler: () => 'exeunt', context }));
  const server = application.listen(0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('SCIM double: it listens on no port');

  const forward = forwarding(`http://127.0.0.1:${address.port}`);
  const double = await openDouble(vendor(token), [{ method: '*', pattern: '/scim/v2/{rest*}', handle: forward }], dial);
  const close = async () => {
    await double.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { ...double, url: `${double.url}/scim/v2`, token, state, close };
}

function forwarding(origin: string): (asked: Asked) => Promise<Answer> {
  return async ({ method, path, query, headers, body }) => {
    const answer = await fetch(`${origin}${path}?${query.toString()}`, {
      method,
      headers: { 'content-type': headers['content-type'] ?? 'application/scim+json' },
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: { 'content-type': 'application/scim+json' },
      ...(text === '' ? {} : { body: JSON.parse(text) }),
    };
  };
}

/** Errors as RFC 7644 section 3.12 has them. */
function vendor(token: string): Vendor {
  const failed = (status: number, detail: string, headers: Record<string, string> = {}): Answer => ({
    status,
    headers,
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail },
  });
  return {
    name: 'SCIM',
    authorized: ({ headers }) => headers.authorization === `Bearer ${token}`,
    unauthorized: () => failed(401, 'The token is not known'),
    throttled: () => failed(429, 'Too many requests', { 'retry-after': '15' }),
    forbidden: () => failed(403, 'The token lacks the right'),
    notFound: () => failed(404, 'Endpoint not found'),
    broken: () => failed(503, 'Try again later'),
  };
}

let declared = false;

function declareResources(): void {
  if (declared) return;
  declared = true;
  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .egress((resource, context: Context) => shownUsers(resource, context))
    .ingress((resource, data, { users }: Context) => {
      const { userName } = data;
      const other = users.values().find((user) => same(user.userName, userName) && user.id !== resource.id);
      if (other) throw new SCIMMY.Types.Error(409, 'uniqueness', 'The userName is taken');
      const id = kept(resource.id, users);
      const { groups: _readOnly, meta: _made, ...plain } = JSON.parse(JSON.stringify(data));
      users.set(id, { ...plain, id });
      return { ...plain, id };
    })
    .degress((resource, { users, groups }: Context) => {
      const id = kept(resource.id, users);
      users.delete(id);
      for (const group of groups.values()) {
        groups.set(group.id, { ...group, members: (group.members ?? []).filter(({ value }) => value !== id) });
      }
    });
  SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .egress((resource, { groups, dial }: Context) => shown(resource, groups.values(), dial))
    .ingress((resource, data, { groups }: Context) => {
      const id = kept(resource.id, groups);
      const { meta: _made, ...plain } = JSON.parse(JSON.stringify(data));
      groups.set(id, { ...plain, id });
      return { ...plain, id };
    })
    .degress((resource, { groups }: Context) => void groups.delete(kept(resource.id, groups)));
}

type Asking = SCIMMY.Types.Resource<SCIMMY.Types.Schema>;

function shownUsers(resource: Asking, { users, groups, dial, userShowsGroups }: Context) {
  const all = userShowsGroups ? groups.values() : [];
  const withGroups = (user: ScimUser): ScimUser => {
    const own = all.filter(({ members }) => members?.some(({ value }) => value === user.id));
    return own.length === 0
      ? user
      : { ...user, groups: own.map(({ id, displayName }) => ({ value: id, display: displayName, type: 'direct' })) };
  };
  return shown(resource, users.values(), dial, withGroups);
}

function shown<T extends ScimUser | ScimGroup>(
  { id, filter }: Asking,
  rows: T[],
  dial: Dial,
  dressed: (row: T) => T = (row) => row,
): T | T[] {
  if (id) {
    const row = rows.find((one) => one.id === id);
    // SCIMMY answers 404.
    if (!row) throw new Error('not found');
    return dressed(row);
  }
  if (!filter || dial.ignoreFilter) return rows.map(dressed);
  const matching = new Set(filter.match(rows).map((row) => String(row['id'])));
  if (dial.wrongRow)
    return rows
      .filter((row) => !matching.has(row.id))
      .slice(0, 1)
      .map(dressed);
  return rows.filter((row) => matching.has(row.id)).map(dressed);
}

/** The id of what is there; a new one where none was asked for. */
function kept(id: string | undefined, table: { get(id: string): unknown }): string {
  if (id === undefined) return randomUUID();
  if (!table.get(id)) throw new Error('not found');
  return id;
}

function same(one: string, other: unknown): boolean {
  return one.toLowerCase() === String(other).toLowerCase();
}
