import { z } from 'zod';
import type { Account, Holding, Observation } from '#model/account.ts';
import type { Identity } from '#model/identity.ts';
import type { Http } from '../../http.ts';
import { Ambiguous, Unavailable } from '../errors.ts';
import { understood } from '../understood.ts';

/** A person in more groups than that is a server that makes them up. */
const mostGroups = 10_000;
/** No more groups than that are looked at one by one where the list shows no members of them. */
const mostSilent = 20;

/** One SCIM server as the connector reaches it. */
export interface Scim {
  readonly id: string;
  readonly http: Http;
}

/**
 * The users whose `userName` or address is one of the identity's. A server that ignores its filter answers with everybody
 * (some answer with nobody), so that each row must itself show what was asked for, and be the only one.
 */
export async function* accountsOf(scim: Scim, identity: Identity, signal: AbortSignal): AsyncGenerator<Account> {
  const given = new Set<string>();
  for (const address of [identity.email, ...identity.aliases]) {
    const user =
      (await search(scim, 'userName', address, signal)) ?? (await search(scim, 'emails.value', address, signal));
    if (!user || given.has(user.id)) continue;
    given.add(user.id);
    yield { connector: scim.id, id: user.id, handle: user.userName };
  }
}

async function search(
  scim: Scim,
  attribute: 'userName' | 'emails.value',
  address: string,
  signal: AbortSignal,
): Promise<User | undefined> {
  const query = { filter: `${attribute} eq "${quoted(address)}"`, count: '2' };
  const answer = await scim.http.look({ method: 'GET', path: '/Users', query, signal });
  // Filters other than by userName are optional; the search by it must be understood.
  if (attribute !== 'userName' && [400, 403, 501].includes(answer.status)) return undefined;
  const found = understood(UserList, answer, `${scim.id}: the search for an address`);
  const [user] = found.Resources;
  if (!user) return undefined;
  const addresses = [user.userName, ...(user.emails ?? []).map(({ value }) => value)];
  const ours = addresses.some((one) => one?.toLowerCase() === address.toLowerCase());
  if (found.Resources.length === 1 && found.totalResults <= 1 && ours) return user;
  throw new Ambiguous(
    `${scim.id}: the search for this person's address found others or more than one. Nothing was changed. Look there by hand whose account it is.`,
  );
}

/** What the server shows of a user. It knows nothing of sessions and tokens, so that neither is said. */
export async function observe(scim: Scim, account: Account, signal: AbortSignal): Promise<Observation> {
  const user = await userOf(scim, account, signal);
  if (!user) return { at: new Date().toISOString(), status: 'absent' };
  const entitlements = await groupsOf(scim, account, user, signal);
  // Whether a user without `active` can sign in is left to the server (RFC 7643 section 4.1.1): the worse is assumed.
  const status = user.active === false ? 'suspended' : 'active';
  return { at: new Date().toISOString(), status, ...(entitlements && { entitlements }) };
}

/** The user by id; `undefined` when there is none any more, which only a healthy interface is believed. */
export async function userOf(scim: Scim, account: Account, signal: AbortSignal): Promise<User | undefined> {
  const answer = await scim.http.look({ method: 'GET', path: userPath(account), signal });
  if (answer.status !== 404) {
    const user = understood(User, answer, `${scim.id}: the user`);
    if (user.id === account.id) return user;
    throw new Ambiguous(`${scim.id}: another user was shown than asked for. Nothing was changed. Look there by hand.`);
  }
  // A wrong base URL answers 404 to everything.
  const probe = await scim.http.look({ method: 'GET', path: '/Users', query: { count: '1' }, signal });
  if (probe.status === 200 && UserList.safeParse(probe.body).success) return undefined;
  throw new Unavailable(
    `${scim.id}: the user is not found, but neither is the list of users: this proves nothing. Nothing was changed. Check its address in the settings.`,
  );
}

/**
 * The groups of a user, from the user where it shows them, else from the groups; `undefined` where neither does. A user
 * without groups may just not show them, so that only the groups say that there is none.
 */
export async function groupsOf(
  scim: Scim,
  account: Account,
  user: User,
  signal: AbortSignal,
): Promise<Holding[] | undefined> {
  const own = (user.groups ?? []).filter(({ type }) => type !== 'indirect');
  if (own.length > 0) return own.map(({ value, display }) => ({ id: value, name: (display ?? value).slice(0, 500) }));

  const mine = await listed(scim, { filter: `members.value eq "${quoted(account.id)}"` }, signal);
  // Servers need not know this filter (RFC 7644 section 3.4.2.2): then every group is looked through.
  const groups = mine === 'refused' ? await listed(scim, {}, signal) : mine;
  return Array.isArray(groups) ? membershipsIn(scim, groups, account, signal) : undefined;
}

/** `refused` where the server does not take the query, `undefined` where it does not show everything. */
async function listed(
  scim: Scim,
  filter: { readonly filter?: string },
  signal: AbortSignal,
): Promise<Group[] | 'refused' | undefined> {
  const groups = new Map<string, Group>();
  for (;;) {
    const query = { ...filter, count: '100', ...(groups.size > 0 && { startIndex: String(groups.size + 1) }) };
    const answer = await scim.http.look({ method: 'GET', path: '/Groups', query, signal });
    if (answer.status === 400 || answer.status === 501) return 'refused';
    const page = answer.status === 200 ? GroupList.safeParse(answer.body) : undefined;
    if (!page?.success) return undefined;
    const before = groups.size;
    for (const group of page.data.Resources) groups.set(group.id, group);
    if (groups.size >= page.data.totalResults) return [...groups.values()];
    // Nothing new although there is more: a server that cannot page does not show what there is.
    if (groups.size === before || groups.size > mostGroups) return undefined;
  }
}

/**
 * `undefined` where a group does not show who is in it: then a filter that is ignored would look like membership. A group
 * without members may be an empty one, because what is empty may be left out (RFC 7643 section 2.5): that is believed of a
 * server that shows the members of another group.
 */
async function membershipsIn(
  scim: Scim,
  groups: readonly Group[],
  { id }: Account,
  signal: AbortSignal,
): Promise<Holding[] | undefined> {
  const hasMembers = ({ members }: Group) => (members ?? []).length > 0;
  const silent = groups.filter(({ members }) => !members);
  let shown = groups.filter(({ members }) => members);
  if (silent.length <= mostSilent) {
    // A list may leave members out that the group itself shows.
    const whole = await Promise.all(silent.map((group) => groupOf(scim, group.id, signal)));
    shown = [...shown, ...whole.filter((group) => group !== undefined)];
    if (shown.length < groups.length) return undefined;
  }
  const doubtful = silent.length > mostSilent || shown.some(({ members }) => !members);
  if (doubtful && !shown.some(hasMembers) && !(await anyGroup(scim, hasMembers, signal))) return undefined;
  return shown
    .filter(({ members }) => members?.some(({ value }) => value === id))
    .map((group) => ({ id: group.id, name: (group.displayName ?? group.id).slice(0, 500) }));
}

async function groupOf(scim: Scim, id: string, signal: AbortSignal): Promise<Group | undefined> {
  const answer = await scim.http.look({ method: 'GET', path: `/Groups/${encodeURIComponent(id)}`, signal });
  const group = answer.status === 200 ? Group.safeParse(answer.body) : undefined;
  return group?.data?.id === id ? group.data : undefined;
}

async function anyGroup(scim: Scim, like: (group: Group) => boolean, signal: AbortSignal): Promise<boolean> {
  const answer = await scim.http.look({ method: 'GET', path: '/Groups', query: { count: '100' }, signal });
  const page = answer.status === 200 ? GroupList.safeParse(answer.body) : undefined;
  return page?.data?.Resources.some(like) ?? false;
}

export function userPath(account: Account): string {
  return `/Users/${encodeURIComponent(account.id)}`;
}

/** For a string inside a filter, which is a JSON string (RFC 7644 section 3.4.2.2). */
export function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}

/** Some servers say it as text. */
const Active = z.union([z.boolean(), z.stringbool()]);

export const User = z.object({
  id: z.string().min(1).max(500),
  userName: z.string().min(1).max(500),
  active: Active.nullish(),
  emails: z.array(z.object({ value: z.string().nullish() })).nullish(),
  groups: z
    .array(z.object({ value: z.string().min(1), display: z.string().nullish(), type: z.string().nullish() }))
    .nullish(),
});
export type User = z.output<typeof User>;

export const UserList = z.object({ totalResults: z.number().int(), Resources: z.array(User).default([]) });

const Group = z.object({
  id: z.string().min(1).max(500),
  displayName: z.string().nullish(),
  members: z.array(z.object({ value: z.string() })).nullish(),
});
type Group = z.output<typeof Group>;

const GroupList = z.object({ totalResults: z.number().int(), Resources: z.array(Group).default([]) });
