import { randomBytes } from 'node:crypto';
import type { Keep, Table } from './keep.ts';
import { company, type Person } from './people.ts';

export interface GoogleUser {
  readonly id: string;
  readonly primaryEmail: string;
  readonly aliases: readonly string[];
  readonly name: string;
  readonly suspended: boolean;
  /** What the interface never shows. */
  readonly sessions: number;
  readonly backupCodes: number;
  readonly tokens: readonly {
    readonly clientId: string;
    readonly displayText: string;
    readonly scopes: readonly string[];
  }[];
  readonly asps: readonly { readonly codeId: number; readonly name: string; readonly creationTime: string }[];
}

export interface GoogleGroup {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly members: readonly { readonly id: string; readonly role: 'OWNER' | 'MANAGER' | 'MEMBER' }[];
  /** A rule decides who is a member. */
  readonly dynamic?: boolean;
}

interface GoogleRole {
  readonly roleAssignmentId: string;
  readonly roleId: string;
  readonly assignedTo: string;
  readonly scopeType: string;
  readonly orgUnitId?: string | undefined;
}

export interface GoogleState {
  readonly users: Table<GoogleUser>;
  readonly groups: Table<GoogleGroup>;
  readonly roles: Table<GoogleRole>;
  readonly secrets: Table<string>;
  together(work: () => void): void;
}

export function googleState(keep: Keep): GoogleState {
  return {
    users: keep.table('google.users'),
    groups: keep.table('google.groups'),
    roles: keep.table('google.roles'),
    secrets: keep.table('google.secrets'),
    together: (work) => keep.together(work),
  };
}

/** The Google user id of a person of the company. */
export const googleId = (personId: string) => `11${personId}000000000000000`;

export function without(group: GoogleGroup, userId: string | undefined): GoogleGroup {
  return { ...group, members: group.members.filter(({ id }) => id !== userId) };
}

/** Fills an empty directory with the company's people, once, and gives the token that the product uses. */
export function seedGoogle(keep: Keep, people: readonly Person[]): string {
  const state = googleState(keep);
  const token = state.secrets.get('token');
  if (token !== undefined) return token;
  const fresh = `ya29.${randomBytes(24).toString('base64url')}`;
  keep.together(() => {
    addUsers(state, people);
    addGroups(state, people);
    addRoles(state, people);
    state.secrets.set('token', fresh);
  });
  return fresh;
}

/** Everybody has an account; most let an application or two in. */
function addUsers(tables: GoogleState, people: readonly Person[]): void {
  for (const [index, { id, name, email, aliases = [] }] of people.entries()) {
    tables.users.set(googleId(id), {
      id: googleId(id),
      primaryEmail: email,
      aliases,
      name,
      suspended: false,
      sessions: 2,
      backupCodes: 10,
      tokens: applications.filter((_, which) => (index + which) % 3 !== 0),
      asps: index % 3 === 0 ? [{ codeId: 100 + index, name: 'Mail on phone', creationTime: '1767225600000' }] : [],
    });
  }
}

/** Everybody is in the group of the company and in the one of the department. */
function addGroups(tables: GoogleState, people: readonly Person[]): void {
  const departments = [...new Set(people.map(({ department }) => department))];
  const group = (index: number, name: string, members: GoogleGroup['members']) => {
    const id = `03x${String(index).padStart(2, '0')}brightwater`;
    tables.groups.set(id, { id, email: `${name.toLowerCase()}@${company.domain}`, name, members });
  };
  group(
    0,
    'Everybody',
    people.map(({ id }) => ({ id: googleId(id), role: 'MEMBER' })),
  );
  for (const [index, department] of departments.entries()) {
    const theirs = people.filter((one) => one.department === department);
    group(
      index + 1,
      department,
      theirs.map(({ id }, place) => ({ id: googleId(id), role: place === 0 ? 'OWNER' : 'MEMBER' })),
    );
  }
  const oncall = people.filter(({ id }) => ['1010', '1013'].includes(id));
  group(
    30,
    'Oncall',
    oncall.map(({ id }) => ({ id: googleId(id), role: 'MANAGER' })),
  );
}

function addRoles(tables: GoogleState, people: readonly Person[]): void {
  for (const [index, { id }] of people.filter(({ department }) => department === 'IT').entries()) {
    const roleAssignmentId = String(700 + index);
    tables.roles.set(roleAssignmentId, {
      roleAssignmentId,
      roleId: String(3_100 + index),
      assignedTo: googleId(id),
      scopeType: 'CUSTOMER',
    });
  }
}

const applications = [
  {
    clientId: '200001-calendar.apps.example',
    displayText: 'Meeting Planner',
    scopes: ['https://www.googleapis.com/auth/calendar'],
  },
  {
    clientId: '200002-notes.apps.example',
    displayText: 'Team Notes',
    scopes: ['openid', 'https://www.googleapis.com/auth/drive.readonly'],
  },
  {
    clientId: '200003-mail.apps.example',
    displayText: 'Mail Assistant',
    scopes: ['https://mail.google.com/'],
  },
];
