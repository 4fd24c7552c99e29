import { randomBytes } from 'node:crypto';
import type { Keep, Table } from './keep.ts';
import type { Person } from './people.ts';

export interface GitHubUser {
  readonly id: number;
  readonly login: string;
}

/** What belongs to the organization's single sign-on: an address, and the user that was linked to it. */
interface GitHubLink {
  readonly nameId: string;
  readonly userId: number;
}

export interface GitHubMember {
  readonly userId: number;
  readonly role: 'admin' | 'member';
  readonly state: 'active' | 'pending';
}

export interface GitHubTeam {
  readonly id: number;
  readonly slug: string;
  readonly members: readonly { readonly userId: number; readonly role: 'maintainer' | 'member' }[];
}

export interface GitHubCredential {
  readonly id: number;
  readonly userId: number;
  readonly type: 'personal access token' | 'SSH key' | 'OAuth app token';
  readonly lastEight: string;
  readonly title: string;
}

export interface GitHubFineGrained {
  readonly id: number;
  readonly userId: number;
  readonly name: string;
}

export interface GitHubState {
  readonly organization: string;
  readonly users: Table<GitHubUser>;
  readonly links: Table<GitHubLink>;
  readonly members: Table<GitHubMember>;
  readonly outside: Table<{ readonly userId: number }>;
  readonly teams: Table<GitHubTeam>;
  readonly credentials: Table<GitHubCredential>;
  readonly fineGrained: Table<GitHubFineGrained>;
  readonly secrets: Table<string>;
  together(work: () => void): void;
}

export function gitHubState(keep: Keep, organization: string): GitHubState {
  return {
    organization,
    users: keep.table('gitHub.users'),
    links: keep.table('gitHub.links'),
    members: keep.table('gitHub.members'),
    outside: keep.table('gitHub.outside'),
    teams: keep.table('gitHub.teams'),
    credentials: keep.table('gitHub.credentials'),
    fineGrained: keep.table('gitHub.fineGrained'),
    secrets: keep.table('gitHub.secrets'),
    together: (work) => keep.together(work),
  };
}

/** The GitHub user id of a person of the company. */
export const gitHubId = (personId: string) => 580_000_000 + Number(personId);

const ownerLogin = 'tlindqvist';

/** Fills an empty organization with the company's people, once, and gives the token that the product uses. */
export function seedGitHub(state: GitHubState, people: readonly Person[]): string {
  const token = state.secrets.get('token');
  if (token !== undefined) return token;
  const fresh = `ghs_${randomBytes(24).toString('base64url')}`;
  state.together(() => {
    addMembers(state, people);
    addTeams(state, people);
    state.secrets.set('token', fresh);
  });
  return fresh;
}

/** Everybody who has a login is a member, linked by single sign-on to the company address; one of them is the owner. */
function addMembers(tables: GitHubState, people: readonly Person[]): void {
  const members = people.filter(({ gitHubLogin }) => gitHubLogin);
  for (const [index, { id, email, gitHubLogin: login = '' }] of members.entries()) {
    const userId = gitHubId(id);
    const key = String(userId);
    tables.users.set(key, { id: userId, login });
    tables.links.set(key, { nameId: email, userId });
    tables.members.set(key, { userId, role: login === ownerLogin ? 'admin' : 'member', state: 'active' });
    const kinds = ['personal access token', 'SSH key', 'OAuth app token'] as const;
    for (const [which, type] of kinds.slice(0, 1 + ((index + 2) % 3)).entries()) {
      const credentialId = 161_000 + index * 10 + which;
      const title = ['laptop', 'workstation key', 'desktop client'][which] ?? '';
      const lastEight = String(31_415_926 + credentialId);
      tables.credentials.set(String(credentialId), { id: credentialId, userId, type, lastEight, title });
    }
    if (index % 2 === 0) {
      tables.fineGrained.set(String(25_300 + index), { id: 25_300 + index, userId, name: 'release script' });
    }
  }
}

function addTeams(tables: GitHubState, people: readonly Person[]): void {
  const members = people.filter(({ gitHubLogin }) => gitHubLogin);
  const team = (id: number, slug: string, ids: readonly string[]) =>
    tables.teams.set(String(id), {
      id,
      slug,
      members: ids.map((one, place) => ({ userId: gitHubId(one), role: place === 0 ? 'maintainer' : 'member' })),
    });
  const ofDepartment = (department: string) =>
    members.filter((one) => one.department === department).map(({ id }) => id);
  team(9001, 'engineering', ofDepartment('Engineering'));
  team(9002, 'security', ofDepartment('Security'));
  team(9003, 'it', ofDepartment('IT'));
  team(
    9004,
    'platform',
    ['1010', '1013', '1008'].filter((id) => members.some((one) => one.id === id)),
  );
}

/** Ends the membership as GitHub does: teams, credentials and fine-grained tokens go with it. */
export function dropMember(tables: GitHubState, userId: number): void {
  tables.members.delete(String(userId));
  for (const team of tables.teams.values()) {
    tables.teams.set(String(team.id), { ...team, members: team.members.filter((one) => one.userId !== userId) });
  }
  for (const list of [tables.credentials, tables.fineGrained]) {
    for (const one of list.values()) if (one.userId === userId) list.delete(String(one.id));
  }
}

export function byLogin({ users }: GitHubState, login: string | null | undefined): GitHubUser | undefined {
  return users.values().find((user) => user.login.toLowerCase() === login?.toLowerCase());
}

export function memberOf({ members }: GitHubState, user: GitHubUser | undefined): GitHubMember | undefined {
  return user && members.get(String(user.id));
}

/** Rows that belong to people, each shown with the person beside it. */
export function ofPeople<T extends { readonly userId: number }, S>(
  { users }: GitHubState,
  rows: readonly T[],
  show: (user: GitHubUser, row: T) => S,
): S[] {
  return rows.flatMap((row) => {
    const user = users.get(String(row.userId));
    return user ? [show(user, row)] : [];
  });
}

/** What a person does with an invitation in the mail. Whether there was one. */
export function accept(state: GitHubState, login: string): boolean {
  const member = memberOf(state, byLogin(state, login));
  if (member?.state !== 'pending') return false;
  state.members.set(String(member.userId), { ...member, state: 'active' });
  return true;
}
