import { z } from 'zod';
import { searched, type Dial } from './dial.ts';
import type { Answer, Asked, Route } from './double.ts';
import { none, ok, page, refusal, shownUser } from './google-answers.ts';
import { without, type GoogleState, type GoogleUser } from './google-state.ts';

export const v1 = '/admin/directory/v1';

/** Users: what they are, and how they are let out. */
export function userRoutes(state: GoogleState, dial: Dial, pageSize: number): Route[] {
  const { users, groups, roles } = state;
  const withUser = (work: (user: GoogleUser, asked: Asked) => Answer) => onUser(state, dial, work);
  return [
    {
      method: 'GET',
      pattern: `${v1}/users`,
      handle: (asked) => page('users', 'users', users.values().map(shownUser), asked, pageSize),
    },
    { method: 'GET', pattern: `${v1}/users/{user}`, handle: withUser((one) => ok(shownUser(one))) },
    {
      method: 'PUT',
      pattern: `${v1}/users/{user}`,
      handle: withUser((one, { body }) => {
        const change = z.object({ suspended: z.boolean().optional() }).safeParse(body);
        if (!change.success) return refusal(400, 'invalid', 'Invalid Input');
        users.set(one.id, { ...one, suspended: change.data.suspended ?? one.suspended });
        return ok(shownUser(users.get(one.id) ?? one));
      }),
    },
    {
      method: 'DELETE',
      pattern: `${v1}/users/{user}`,
      handle: withUser(({ id }) => {
        state.together(() => {
          users.delete(id);
          for (const group of groups.values()) groups.set(group.id, without(group, id));
          for (const role of roles.values()) if (role.assignedTo === id) roles.delete(role.roleAssignmentId);
        });
        return none;
      }),
    },
    {
      method: 'POST',
      pattern: `${v1}/users/{user}/signOut`,
      handle: withUser((one) => {
        users.set(one.id, { ...one, sessions: 0 });
        return none;
      }),
    },
    {
      method: 'POST',
      pattern: `${v1}/users/{user}/verificationCodes/invalidate`,
      handle: withUser((one) => {
        if (one.suspended) return refusal(400, 'invalid', 'Cannot invalidate backup codes of a suspended user.');
        users.set(one.id, { ...one, backupCodes: 0 });
        return none;
      }),
    },
  ];
}

/** What works without a session: OAuth tokens and app passwords. */
export function tokenRoutes(state: GoogleState, dial: Dial): Route[] {
  const { users } = state;
  const withUser = (work: (user: GoogleUser, asked: Asked) => Answer) => onUser(state, dial, work);
  return [
    {
      method: 'GET',
      pattern: `${v1}/users/{user}/tokens`,
      handle: withUser(({ id, tokens }) => {
        const items = tokens.map((one) => ({ kind: 'admin#directory#token', userKey: id, ...one }));
        return ok({ kind: 'admin#directory#tokenList', ...(items.length > 0 && { items }) });
      }),
    },
    {
      method: 'DELETE',
      pattern: `${v1}/users/{user}/tokens/{client}`,
      handle: withUser((one, { params }) => {
        const tokens = one.tokens.filter(({ clientId }) => clientId !== params['client']);
        if (tokens.length === one.tokens.length) return refusal(404, 'notFound', 'Resource Not Found: clientId');
        users.set(one.id, { ...one, tokens });
        return none;
      }),
    },
    {
      method: 'GET',
      pattern: `${v1}/users/{user}/asps`,
      handle: withUser(({ id, asps }) => {
        const items = asps.map((one) => ({ kind: 'admin#directory#asp', userKey: id, ...one }));
        return ok({ kind: 'admin#directory#aspList', ...(items.length > 0 && { items }) });
      }),
    },
    {
      method: 'DELETE',
      pattern: `${v1}/users/{user}/asps/{code}`,
      handle: withUser((one, { params }) => {
        const asps = one.asps.filter(({ codeId }) => String(codeId) !== params['code']);
        if (asps.length === one.asps.length) return refusal(404, 'notFound', 'Resource Not Found: codeId');
        users.set(one.id, { ...one, asps });
        return none;
      }),
    },
  ];
}

/** By id, primary address or alias. */
export function userBy({ users }: GoogleState, dial: Dial, key: string | null | undefined): GoogleUser | undefined {
  if (!key?.includes('@')) return key ? users.get(key) : undefined;
  const addressed = ({ primaryEmail, aliases }: GoogleUser) => [primaryEmail, ...aliases].includes(key.toLowerCase());
  return dial.wrongRow ? searched(dial, users.values(), addressed)[0] : users.values().find(addressed);
}

function onUser(state: GoogleState, dial: Dial, work: (user: GoogleUser, asked: Asked) => Answer) {
  return (asked: Asked) => {
    const user = userBy(state, dial, asked.params['user']);
    return user ? work(user, asked) : refusal(404, 'notFound', 'Resource Not Found: userKey');
  };
}
