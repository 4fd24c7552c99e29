import { randomBytes } from 'node:crypto';
import type { Keep } from './keep.ts';
import type { Person } from './people.ts';

export interface ScimUser {
  readonly id: string;
  readonly userName: string;
  readonly [attribute: string]: unknown;
}
export interface ScimGroup {
  readonly id: string;
  readonly displayName: string;
  readonly members?: { value: string; display?: string }[];
  readonly [attribute: string]: unknown;
}
export type ScimState = ReturnType<typeof scimState>;

/** The tables of the emulated expense tool. */
export function scimState(keep: Keep) {
  return {
    users: keep.table<ScimUser>('scim.users'),
    groups: keep.table<ScimGroup>('scim.groups'),
    secrets: keep.table<string>('scim.secrets'),
  };
}

/** Who has expenses to hand in. */
const departments = ['Finance', 'Sales', 'Engineering'];

export function scimUserId(personId: string): string {
  return `2f6d7c1e-0000-4000-8000-${personId.padStart(12, '0')}`;
}

/** Fills an empty tool with the people of three departments, once, and gives the token that the product uses. */
export function seedScim(keep: Keep, people: readonly Person[]): string {
  const { users, groups, secrets } = scimState(keep);
  const token = secrets.get('token');
  if (token !== undefined) return token;

  const fresh = `led_${randomBytes(24).toString('base64url')}`;
  const everybody = people.filter(({ department }) => departments.includes(department));
  const approvers = everybody.filter(({ title }) => /Head|Manager/.test(title));
  const member = ({ id, name }: Person) => ({ value: scimUserId(id), display: name });
  keep.together(() => {
    for (const { id, name, email, title } of everybody) {
      const [givenName = '', ...familyNames] = name.split(' ');
      users.set(scimUserId(id), {
        id: scimUserId(id),
        userName: email,
        displayName: name,
        name: { givenName, familyName: familyNames.join(' ') },
        emails: [{ value: email, type: 'work', primary: true }],
        title,
        active: true,
      });
    }
    for (const [id, displayName, members] of [
      ['0d1c5a10-submitters', 'Expense submitters', everybody],
      ['0d1c5a20-approvers', 'Expense approvers', approvers],
    ] as const) {
      groups.set(id, { id, displayName, members: members.map(member) });
    }
    secrets.set('token', fresh);
  });
  return fresh;
}
