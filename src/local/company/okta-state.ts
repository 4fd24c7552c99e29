import { randomBytes } from 'node:crypto';
import type { Keep } from './keep.ts';
import type { Person } from './people.ts';

export type OktaStatus =
  | 'ACTIVE'
  | 'STAGED'
  | 'PROVISIONED'
  | 'RECOVERY'
  | 'PASSWORD_EXPIRED'
  | 'LOCKED_OUT'
  | 'SUSPENDED'
  | 'DEPROVISIONED';

export interface OktaUser {
  readonly id: string;
  status: OktaStatus;
  statusChanged: string;
  readonly created: string;
  readonly profile: Readonly<Record<string, string | readonly string[]>> & {
    readonly login: string;
    readonly email: string;
  };
  /** Sessions in a browser or on a phone; the interface does not show them. */
  sessions: number;
}
export interface OktaGroup {
  readonly id: string;
  readonly type: 'OKTA_GROUP' | 'BUILT_IN' | 'APP_GROUP';
  readonly name: string;
}
export interface OktaGrant {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  readonly app: string;
  readonly scopeId: string;
  readonly created: string;
}
export interface OktaApiToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly created: string;
}
export interface OktaEvent {
  readonly uuid: string;
  readonly eventType: string;
  readonly published: string;
  readonly targetId: string;
  readonly targetName: string;
}

export type OktaState = ReturnType<typeof oktaState>;

/** The tables of the emulated Okta organization. */
export function oktaState(keep: Keep) {
  return {
    users: keep.table<OktaUser>('okta.users'),
    groups: keep.table<OktaGroup>('okta.groups'),
    members: keep.table<{ groupId: string; userId: string }>('okta.members'),
    grants: keep.table<OktaGrant>('okta.grants'),
    apiTokens: keep.table<OktaApiToken>('okta.apiTokens'),
    events: keep.table<OktaEvent>('okta.events'),
    secrets: keep.table<string>('okta.secrets'),
  };
}

/** The Okta user id of a person; the same at each start. */
export function oktaUserId(personId: string): string {
  return `00u${personId.padStart(14, 'a')}5d7`;
}

/** Fills an empty organization with the company's people, once, and gives the token that the product uses. */
export function seedOkta(keep: Keep, people: readonly Person[]): string {
  const state = oktaState(keep);
  const token = state.secrets.get('token');
  if (token !== undefined) return token;

  const fresh = `00${randomBytes(20).toString('base64url')}`;
  const created = new Date().toISOString();
  keep.together(() => {
    state.groups.set('00gaaaeveryone0', { id: '00gaaaeveryone0', type: 'BUILT_IN', name: 'Everyone' });
    for (const person of people) addPerson(state, person, created);
    const dana = people.find(({ name }) => name === 'Dana Reyes');
    if (dana) {
      const id = '00Taaadanascripts1';
      state.apiTokens.set(id, { id, userId: oktaUserId(dana.id), name: 'dana-laptop-scripts', created });
    }
    for (const [personId, app, scopeId] of grants) {
      const userId = oktaUserId(personId);
      const id = `oag${personId}${app.toLowerCase()}`;
      const clientId = `0oaaaa${app.toLowerCase()}`;
      if (state.users.get(userId)) state.grants.set(id, { id, userId, clientId, app, scopeId, created });
    }
    state.secrets.set('token', fresh);
  });
  return fresh;
}

/** Consents that people gave: person, app, scope. */
const grants = [
  ['1010', 'Zapier', 'okta.users.read.self'],
  ['1010', 'Notion', 'openid'],
  ['1011', 'Notion', 'openid'],
  ['1017', 'Zapier', 'okta.users.read.self'],
  ['1018', 'Calendly', 'openid'],
  ['1022', 'Postman', 'okta.apps.read'],
] as const;

function addPerson({ users, groups, members }: OktaState, person: Person, created: string): void {
  const id = oktaUserId(person.id);
  const [firstName = '', ...last] = person.name.split(' ');
  users.set(id, {
    id,
    status: 'ACTIVE',
    statusChanged: created,
    created,
    sessions: 2,
    profile: {
      login: person.email,
      email: person.email,
      firstName,
      lastName: last.join(' '),
      displayName: person.name,
      department: person.department,
      title: person.title,
      employeeNumber: person.id,
      userType: person.employment === 'contractor' ? 'Contractor' : 'Employee',
      ...(person.managerId ? { managerId: oktaUserId(person.managerId) } : {}),
      ...(person.aliases ? { emailAliases: person.aliases } : {}),
    },
  });
  const own = person.employment === 'contractor' ? [person.department, 'Contractors'] : [person.department];
  for (const name of own) {
    const groupId = `00gaaa${name.toLowerCase()}`;
    if (!groups.get(groupId)) groups.set(groupId, { id: groupId, type: 'OKTA_GROUP', name });
    members.set(`${groupId}/${id}`, { groupId, userId: id });
  }
  members.set(`00gaaaeveryone0/${id}`, { groupId: '00gaaaeveryone0', userId: id });
}
