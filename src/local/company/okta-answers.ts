import { randomUUID } from 'node:crypto';
import type { Answer, Asked, Vendor } from './double.ts';
import type { OktaApiToken, OktaEvent, OktaGrant, OktaGroup, OktaUser } from './okta-state.ts';

/** How long the double asks to wait when it throttles, in seconds. */
const throttleSeconds = 20;

export function failed(status: number, errorCode: string, errorSummary: string): Answer {
  const errorId = `oae${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  return {
    status,
    headers: rates(599),
    body: { errorCode, errorSummary, errorLink: errorCode, errorId, errorCauses: [] },
  };
}

/** Okta says when to come back in seconds since 1970, without Retry-After. */
export function oktaVendor(token: string): Vendor {
  return {
    name: 'Okta',
    authorized: ({ headers }) => headers.authorization === `SSWS ${token}`,
    unauthorized: () => failed(401, 'E0000011', 'Invalid token provided'),
    forbidden: () => failed(403, 'E0000006', 'You do not have permission to perform the requested action'),
    notFound: () => failed(404, 'E0000022', 'The endpoint does not support the provided HTTP method'),
    broken: () => failed(503, 'E0000009', 'Internal Server Error'),
    throttled: () => ({
      ...failed(429, 'E0000047', 'API call exceeded rate limit due to too many requests.'),
      headers: rates(0),
    }),
  };
}

type Row = Readonly<Record<string, unknown>> & { readonly id?: string; readonly uuid?: string };

/** One page, and the links that lead on. The cursor is the id of the last row, opaque to whoever follows. */
export function paged(asked: Asked, rows: readonly Row[], most: number): Answer {
  const limit = Math.min(Number(asked.query.get('limit') ?? most) || most, most);
  const after = asked.query.get('after');
  const key = (row: Row) => Buffer.from(row.id ?? row.uuid ?? '').toString('base64url');
  const start = after === null ? 0 : rows.findIndex((row) => key(row) === after) + 1;
  const page = rows.slice(start, start + limit);
  const last = page.at(-1);

  const origin = `http://${asked.headers.host}`;
  const link = (query: URLSearchParams, rel: string) => `<${origin}${asked.path}?${query.toString()}>; rel="${rel}"`;
  const links = [link(asked.query, 'self')];
  if (last && start + limit < rows.length) {
    const next = new URLSearchParams(asked.query);
    next.set('after', key(last));
    links.push(link(next, 'next'));
  }
  return { status: 200, headers: { ...rates(598), link: links.join(', ') }, body: page };
}

function rates(remaining: number): Record<string, string> {
  const reset = Math.ceil(Date.now() / 1000) + throttleSeconds;
  return {
    'x-rate-limit-limit': '600',
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(reset),
  };
}

export function shownUser({ id, status, statusChanged, created, profile }: OktaUser) {
  return { id, status, created, activated: created, statusChanged, lastUpdated: statusChanged, profile };
}

export function shownGroup({ id, type, name }: OktaGroup) {
  return { id, type, profile: { name, description: name } };
}

export function shownGrant({ id, userId, clientId, app, scopeId, created }: OktaGrant) {
  const issuer = 'https://brightwater.okta.example';
  const links = { app: { href: `${issuer}/api/v1/apps/${clientId}`, title: app } };
  return {
    id,
    status: 'ACTIVE',
    created,
    lastUpdated: created,
    issuer,
    userId,
    clientId,
    scopeId,
    source: 'END_USER',
    _links: links,
  };
}

export function shownToken({ id, userId, name, created }: OktaApiToken) {
  return { id, name, userId, clientName: 'Okta API', created, lastUpdated: created };
}

export function shownEvent({ uuid, eventType, published, targetId, targetName }: OktaEvent) {
  const target = [{ id: targetId, type: 'User', alternateId: targetName, displayName: targetName }];
  return { uuid, eventType, published, version: '0', severity: 'INFO', outcome: { result: 'SUCCESS' }, target };
}
