import { z } from 'zod';
import type { Account, Holding, Observation } from '#model/account.ts';
import type { Identity } from '#model/identity.ts';
import { SecretText } from '#model/secret.ts';
import type { Http } from '../../http.ts';
import { Ambiguous, Unavailable } from '../errors.ts';
import { understood } from '../understood.ts';

export const GoogleSettings = z.strictObject({
  url: z.url().default('https://admin.googleapis.com'),
  customer: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,50}$/)
    .default('my_customer'),
  /** An OAuth access token of an administrator, with the scopes that `check` asks for. */
  token: SecretText,
});

/** What every look and act needs. */
export interface Google {
  readonly id: string;
  readonly settings: z.output<typeof GoogleSettings>;
  readonly http: Http;
}

export const base = '/admin/directory/v1';
export const userPath = (accountId: string) => `${base}/users/${encodeURIComponent(accountId)}`;
export const memberPath = (groupId: string, accountId: string) =>
  `${base}/groups/${encodeURIComponent(groupId)}/members/${encodeURIComponent(accountId)}`;

/** The accounts whose primary address or alias is one of the identity's. */
export async function* accountsOf(google: Google, identity: Identity, signal: AbortSignal): AsyncGenerator<Account> {
  const seen = new Set<string>();
  for (const address of [identity.email, ...identity.aliases]) {
    const user = await userOf(google, address, signal);
    if (!user || seen.has(user.id)) continue;
    const addresses = [user.primaryEmail, ...user.aliases, ...user.nonEditableAliases];
    if (!addresses.some((one) => one.toLowerCase() === address)) {
      throw new Ambiguous(
        `${google.id}: findAccounts: Google was asked for ${address} and answered with somebody else. Nothing was changed. Find the account by hand.`,
      );
    }
    seen.add(user.id);
    yield { connector: google.id, id: user.id, handle: user.primaryEmail };
  }
}

export async function observe(google: Google, account: Account, signal: AbortSignal): Promise<Observation> {
  const user = await userOf(google, account.id, signal);
  const at = () => new Date().toISOString();
  if (!user) return { at: at(), status: 'absent' };
  const [tokens, groups, roles] = await Promise.all([
    tokensOf(google, account, signal),
    groupsOf(google, account, signal),
    rolesOf(google, account, signal),
  ]);
  // Google counts no sessions for an administrator: they stay unknown.
  return {
    at: at(),
    status: user.suspended || user.archived ? 'suspended' : 'active',
    tokens: tokens.map(({ holding }) => holding),
    entitlements: [...groups, ...roles.map(({ holding }) => holding)],
  };
}

/** `undefined` when there is no such user, which is believed only when the directory itself can be read. */
export async function userOf(google: Google, key: string, signal: AbortSignal): Promise<User | undefined> {
  const answer = await google.http.look({ method: 'GET', path: userPath(key), signal });
  if (answer.status !== 404) {
    const user = understood(User, answer, `${google.id}: the user`);
    // An id of digits can only be asked for by itself; an address is compared by whoever asked.
    if (key.includes('@') || user.id === key) return user;
    throw new Ambiguous(
      `${google.id}: Google was asked for user ${key} and answered with ${user.id}. Nothing was changed. Find the account by hand.`,
    );
  }
  await anyUser(google, signal);
  return undefined;
}

/** The id of some user; throws where the directory cannot be read. */
export async function anyUser(google: Google, signal: AbortSignal): Promise<string | undefined> {
  const query = { customer: google.settings.customer, maxResults: '1' };
  const answer = await google.http.look({ method: 'GET', path: `${base}/users`, query, signal });
  return understood(z.object({ users: z.array(User).default([]) }), answer, `${google.id}: the directory`).users[0]?.id;
}

export interface Token {
  readonly path: string;
  readonly holding: Holding;
}

/** OAuth tokens and app passwords: both go on working without a session. */
export async function tokensOf(google: Google, { id }: Account, signal: AbortSignal): Promise<Token[]> {
  const list = async <T extends { readonly userKey?: string | undefined }>(name: string, item: z.ZodType<T>) => {
    const answer = await google.http.look({ method: 'GET', path: `${userPath(id)}/${name}`, signal });
    const { items } = understood(z.object({ items: z.array(item).default([]) }), answer, `${google.id}: the ${name}`);
    if (items.some(({ userKey }) => userKey !== undefined && userKey !== id)) throw stranger(google, name);
    return items;
  };
  const [tokens, passwords] = await Promise.all([list('tokens', OAuthToken), list('asps', AppPassword)]);
  return [
    ...tokens.map(({ clientId, displayText }) => ({
      path: `${userPath(id)}/tokens/${encodeURIComponent(clientId)}`,
      holding: { id: `oauth:${clientId}`, name: displayText?.slice(0, 500) || clientId },
    })),
    ...passwords.map(({ codeId, name }) => ({
      path: `${userPath(id)}/asps/${codeId}`,
      holding: { id: `appPassword:${codeId}`, name: `app password "${name.slice(0, 400)}"` },
    })),
  ];
}

/** The groups that the account is itself a member of. The list does not say the role, nor whose list it is: each is asked. */
async function groupsOf(google: Google, { id }: Account, signal: AbortSignal): Promise<Holding[]> {
  const groups: Group[] = [];
  for await (const page of pagesOf(google, `${base}/groups`, { userKey: id, maxResults: '200' }, Groups, signal)) {
    groups.push(...page.groups);
  }
  const holdings: Holding[] = [];
  // Ten at a time: a person may be in a hundred groups, and the quota is shared with all the company's tools.
  for (let start = 0; start < groups.length; start += 10) {
    const some = groups.slice(start, start + 10).map((group) => memberHolding(google, group, id, signal));
    holdings.push(...(await Promise.all(some)));
  }
  return holdings;
}

async function memberHolding(google: Google, group: Group, id: string, signal: AbortSignal): Promise<Holding> {
  const answer = await google.http.look({ method: 'GET', path: memberPath(group.id, id), signal });
  if (answer.status === 404) {
    throw new Unavailable(
      `${google.id}: the groups: Google's two answers about group ${group.id} disagree. Nothing was changed. It is tried again.`,
    );
  }
  const member = understood(Member, answer, `${google.id}: the membership of a group`);
  if (member.id !== id) throw stranger(google, 'groups');
  return { id: `group:${group.id}`, name: group.email, role: member.role };
}

export interface Role {
  readonly path: string;
  readonly holding: Holding;
}

/** Administrator roles. The holding's id is what the role is, not the assignment's own id, which a restore cannot give back. */
export async function rolesOf(google: Google, { id }: Account, signal: AbortSignal): Promise<Role[]> {
  const path = `${base}/customer/${google.settings.customer}/roleassignments`;
  const roles: Role[] = [];
  for await (const page of pagesOf(google, path, { userKey: id, maxResults: '200' }, Roles, signal)) {
    for (const { roleAssignmentId, roleId, assignedTo, scopeType, orgUnitId } of page.items) {
      if (assignedTo !== id) throw stranger(google, 'administrator roles');
      const holding = { id: `adminRole:${roleId}:${scopeType}:${orgUnitId}`, name: `administrator role ${roleId}` };
      roles.push({ path: `${path}/${encodeURIComponent(roleAssignmentId)}`, holding });
    }
  }
  return roles;
}

async function* pagesOf<T extends { readonly nextPageToken?: string | undefined }>(
  google: Google,
  path: string,
  query: Readonly<Record<string, string>>,
  page: z.ZodType<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const what = `${google.id}: a list of the directory`;
  let pageToken: string | undefined;
  for (let count = 0; count < 100; count++) {
    const request = { method: 'GET', path, query: { ...query, ...(pageToken && { pageToken }) }, signal } as const;
    const found = understood(page, await google.http.look(request), what);
    yield found;
    pageToken = found.nextPageToken;
    if (!pageToken) return;
  }
  throw new Unavailable(`${what} does not end after 100 pages. Nothing was changed. Look at it by hand.`);
}

function stranger({ id }: Google, what: string): Ambiguous {
  return new Ambiguous(
    `${id}: Google was asked for the ${what} of one person and showed somebody else's. Nothing was changed. Look at them by hand.`,
  );
}

const User = z.object({
  id: z.string().min(1).max(100),
  primaryEmail: z.string().min(1).max(320),
  aliases: z.array(z.string()).default([]),
  nonEditableAliases: z.array(z.string()).default([]),
  suspended: z.boolean().default(false),
  archived: z.boolean().default(false),
});
type User = z.output<typeof User>;

const OAuthToken = z.object({
  clientId: z.string().min(1).max(400),
  displayText: z.string().optional(),
  userKey: z.string().optional(),
});

const AppPassword = z.object({
  codeId: z.number().int(),
  name: z.string().default(''),
  userKey: z.string().optional(),
});

const Group = z.object({ id: z.string().min(1).max(400), email: z.string().min(1).max(320) });
type Group = z.output<typeof Group>;
const Groups = z.object({ groups: z.array(Group).default([]), nextPageToken: z.string().optional() });

const Member = z.object({ id: z.string(), role: z.string().max(100).default('MEMBER') });

const Role = z.object({
  roleAssignmentId: z.string().min(1).max(100),
  roleId: z.string().min(1).max(100),
  assignedTo: z.string(),
  scopeType: z.string().max(50).default('CUSTOMER'),
  orgUnitId: z.string().max(100).default(''),
});
const Roles = z.object({ items: z.array(Role).default([]), nextPageToken: z.string().optional() });
