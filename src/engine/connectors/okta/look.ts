import { z } from 'zod';
import type { Account, Holding, Observation } from '#model/account.ts';
import type { Http, HttpRequest } from '../../http.ts';
import { pages } from '../../http/pages.ts';
import { Unavailable } from '../errors.ts';
import { understood } from '../understood.ts';

/** One Okta organization as the connector reaches it. */
export interface Okta {
  readonly id: string;
  readonly url: string;
  readonly http: Http;
}

/** What Okta shows of a user. Two reads of it are strongly consistent: the user and the groups; the log follows. */
export async function observe(okta: Okta, account: Account, signal: AbortSignal): Promise<Observation> {
  const user = await userOf(okta, account, signal);
  if (!user) return { at: new Date().toISOString(), status: 'absent' };
  const sessionsEndedAt = await sessionsEnded(okta, account, signal);
  const tokens = [
    ...(await grantsOf(okta, account, signal)).map(({ id, clientId, scopeId, _links }): Holding => ({
      id,
      name: (_links?.app?.title ?? clientId).slice(0, 500),
      role: scopeId.slice(0, 100),
    })),
    ...(await apiTokensOf(okta, account, signal)).map(({ id, name }): Holding => ({ id, name: name.slice(0, 500) })),
  ];
  const groups = await groupsOf(okta, account, signal);
  return {
    at: new Date().toISOString(),
    status: cannotSignIn(user) ? 'suspended' : 'active',
    ...(sessionsEndedAt && { sessionsEndedAt }),
    tokens,
    entitlements: groups.map(({ id, profile }) => ({ id, name: (profile.name ?? id).slice(0, 500) })),
  };
}

/** A user on the way back to being active counts as active already. */
export function cannotSignIn({ status, transitioningToStatus }: User): boolean {
  const stays = !transitioningToStatus || transitioningToStatus === 'DEPROVISIONED';
  return (status === 'SUSPENDED' || status === 'DEPROVISIONED') && stays;
}

/** The user by id; `undefined` when there is none any more, which only a healthy interface is believed. */
export async function userOf(okta: Okta, account: Account, signal: AbortSignal): Promise<User | undefined> {
  const answer = await okta.http.look({ method: 'GET', path: userPath(account), signal });
  if (answer.status !== 404) return understood(User, answer, `${okta.id}: the user`);
  // A wrong base URL answers 404 to everything; there is always at least the user whose token this is.
  const list = { method: 'GET', path: '/api/v1/users', query: { limit: '1' }, signal } as const;
  const probe = await okta.http.look(list);
  const somebody = probe.status === 200 ? z.array(User).min(1).safeParse(probe.body) : undefined;
  if (somebody?.success) return undefined;
  throw new Unavailable(
    `${okta.id}: the user is not found, but neither is anybody else: this proves nothing. Nothing was changed. Check its address in the settings.`,
  );
}

/** Whether this is the user whose token the connector uses: ending that ends the connector. */
export async function isOwner(okta: Okta, account: Account, signal: AbortSignal): Promise<boolean> {
  const answer = await okta.http.look({ method: 'GET', path: '/api/v1/users/me', signal });
  return answer.status !== 404 && understood(User, answer, `${okta.id}: the owner of the token`).id === account.id;
}

/** When sessions were last ended by an administrator, as the System Log has it; the log keeps 90 days. */
async function sessionsEnded(okta: Okta, { id }: Account, signal: AbortSignal): Promise<string | undefined> {
  const since = new Date(Date.now() - 30 * 24 * 60 * 60_000).toISOString();
  const filter = `eventType eq "user.session.clear" and target.id eq "${quoted(id)}"`;
  const query = { filter, since, sortOrder: 'DESCENDING', limit: '20' };
  const answer = await okta.http.look({ method: 'GET', path: '/api/v1/logs', query, signal });
  // The filter is not believed: an event of somebody else proves nothing about this user.
  const ours = understood(z.array(LogEvent), answer, `${okta.id}: the system log`).filter(
    ({ eventType, outcome, target }) =>
      eventType === 'user.session.clear' && outcome?.result === 'SUCCESS' && target?.some((one) => one.id === id),
  );
  const newest = Math.max(...ours.map(({ published }) => Date.parse(published)));
  return Number.isFinite(newest) ? new Date(newest).toISOString() : undefined;
}

async function grantsOf(okta: Okta, account: Account, signal: AbortSignal): Promise<Grant[]> {
  return (await listed(okta, Grant, `${userPath(account)}/grants`, signal)).filter(
    ({ status }) => status !== 'REVOKED',
  );
}

/** Tokens of the management interface that the user made. They die with the user, not with a suspension. */
export async function apiTokensOf(okta: Okta, account: Account, signal: AbortSignal): Promise<ApiToken[]> {
  return (await listed(okta, ApiToken, '/api/v1/api-tokens', signal)).filter(({ userId }) => userId === account.id);
}

/** The groups whose membership is Okta's own: not Everyone, and not what is imported from another directory. */
export async function groupsOf(okta: Okta, account: Account, signal: AbortSignal): Promise<Group[]> {
  return (await listed(okta, Group, `${userPath(account)}/groups`, signal)).filter(({ type }) => type === 'OKTA_GROUP');
}

async function listed<T>(okta: Okta, row: z.ZodType<T>, path: string, signal: AbortSignal): Promise<T[]> {
  const rows: T[] = [];
  const request: HttpRequest = { method: 'GET', path, signal };
  for await (const page of pages(okta.http, okta.url, request)) {
    rows.push(...understood(z.array(row), page, `${okta.id}: ${path.split('/').at(-1)}`));
  }
  return rows;
}

export function userPath(account: Account): string {
  return `/api/v1/users/${encodeURIComponent(account.id)}`;
}

/** For a string inside a filter expression. */
export function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}

const text = z.string().nullish();

export const User = z.object({
  id: z.string().min(1).max(100),
  status: z.enum([
    'ACTIVE',
    'STAGED',
    'PROVISIONED',
    'RECOVERY',
    'PASSWORD_EXPIRED',
    'LOCKED_OUT',
    'SUSPENDED',
    'DEPROVISIONED',
  ]),
  transitioningToStatus: text,
  profile: z.object({
    login: z.string().min(1).max(500),
    email: text,
    displayName: text,
    firstName: text,
    lastName: text,
    department: text,
    title: text,
    managerId: text,
    userType: text,
    /** Not Okta's own: a profile attribute that a company may add. `secondEmail` is private and proves nothing. */
    emailAliases: z.array(z.string()).nullish(),
  }),
});
export type User = z.output<typeof User>;

const Group = z.object({
  id: z.string().min(1).max(100),
  type: z.string(),
  profile: z.object({ name: z.string().optional() }),
});
type Group = z.output<typeof Group>;

const Grant = z.object({
  id: z.string().min(1).max(100),
  clientId: z.string(),
  scopeId: z.string(),
  status: z.string().optional(),
  _links: z.object({ app: z.object({ title: z.string().optional() }).optional() }).optional(),
});
type Grant = z.output<typeof Grant>;

const ApiToken = z.object({ id: z.string().min(1).max(100), name: z.string(), userId: z.string().optional() });
type ApiToken = z.output<typeof ApiToken>;

const LogEvent = z.object({
  eventType: z.string(),
  published: z.iso.datetime({ offset: true }),
  outcome: z.object({ result: z.string() }).nullish(),
  target: z.array(z.object({ id: z.string() })).nullish(),
});
