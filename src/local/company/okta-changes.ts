import { randomUUID } from 'node:crypto';
import type { OktaState, OktaStatus, OktaUser } from './okta-state.ts';

/** Okta takes the id, the login, or `me` for the owner of the token; the product's token here is nobody's. */
export function userBy({ users, secrets }: OktaState, key: string): OktaUser | undefined {
  if (key === 'me') return users.get(secrets.get('owner') ?? '');
  return users.get(key) ?? users.values().find(({ profile }) => profile.login.toLowerCase() === key.toLowerCase());
}

export function groupsOf({ groups, members }: OktaState, user: OktaUser) {
  const own = new Set(
    members
      .values()
      .filter(({ userId }) => userId === user.id)
      .map(({ groupId }) => groupId),
  );
  return groups.values().filter(({ id }) => own.has(id));
}

export function turn(state: OktaState, user: OktaUser, status: OktaStatus, eventType: string): void {
  state.users.set(user.id, { ...user, status, statusChanged: new Date().toISOString() });
  record(state, user, eventType);
}

/** API tokens and grants die with their user. */
export function erase(state: OktaState, user: OktaUser): void {
  for (const { groupId, userId } of state.members.values())
    if (userId === user.id) state.members.delete(`${groupId}/${userId}`);
  for (const { id, userId } of state.grants.values()) if (userId === user.id) state.grants.delete(id);
  for (const { id, userId } of state.apiTokens.values()) if (userId === user.id) state.apiTokens.delete(id);
  state.users.delete(user.id);
  record(state, user, 'user.lifecycle.delete.completed');
}

export function record({ events }: OktaState, user: OktaUser, eventType: string): void {
  const uuid = randomUUID();
  const published = new Date().toISOString();
  events.set(uuid, { uuid, eventType, published, targetId: user.id, targetName: user.profile.login });
}
