import { openDouble, type Answer, type Asked, type Double, type Route } from './double.ts';
import { calmDial, searched, type Dial } from './dial.ts';
import type { Keep } from './keep.ts';
import { erase, groupsOf, record, turn, userBy } from './okta-changes.ts';
import { oktaState, seedOkta, type OktaState, type OktaStatus, type OktaUser } from './okta-state.ts';
import {
  failed,
  oktaVendor,
  paged,
  shownEvent,
  shownGrant,
  shownGroup,
  shownToken,
  shownUser,
} from './okta-answers.ts';
import type { Person } from './people.ts';

export interface OktaDouble extends Double {
  readonly token: string;
  readonly state: OktaState;
}

/**
 * A stateful double of the part of Okta's management interface that an offboarding uses (version 2026.06). Transitions
 * are refused as the real one refuses them. `pageSize` is the most rows a page has.
 */
export async function openOkta(input: {
  keep: Keep;
  people: readonly Person[];
  pageSize?: number;
}): Promise<OktaDouble> {
  const { keep, people, pageSize = 200 } = input;
  const token = seedOkta(keep, people);
  const state = oktaState(keep);
  const dial = calmDial();
  const double = await openDouble(
    oktaVendor(token),
    [...userRoutes(state, dial, pageSize), ...otherRoutes(state, dial, pageSize)],
    dial,
  );
  return { ...double, token, state };
}

function userRoutes(state: OktaState, dial: Dial, pageSize: number): Route[] {
  const found = (asked: Asked) => userBy(state, asked.params['id'] ?? '');
  const onUser = (handle: (user: OktaUser, asked: Asked) => Answer) => (asked: Asked) => {
    const user = found(asked);
    return user ? handle(user, asked) : failed(404, 'E0000007', 'Not found: Resource not found (User)');
  };
  /** What may follow what: developer.okta.com/docs/api, user lifecycle. */
  const lifecycle = (verb: string, from: readonly OktaStatus[], to: OktaStatus): Route => ({
    method: 'POST',
    pattern: `/api/v1/users/{id}/lifecycle/${verb}`,
    lie: { status: 200 },
    handle: onUser((user) => {
      if (!from.includes(user.status)) {
        return failed(
          verb === 'deactivate' ? 403 : 400,
          'E0000001',
          `Api validation failed: cannot ${verb} a user who is ${user.status}`,
        );
      }
      turn(state, user, to, `user.lifecycle.${verb}`);
      return { status: 200 };
    }),
  });
  const alive: OktaStatus[] = [
    'ACTIVE',
    'STAGED',
    'PROVISIONED',
    'RECOVERY',
    'PASSWORD_EXPIRED',
    'LOCKED_OUT',
    'SUSPENDED',
  ];

  return [
    {
      method: 'GET',
      pattern: '/api/v1/users',
      handle: (asked) => {
        const search = asked.query.get('search') ?? asked.query.get('filter');
        const rows = state.users.values();
        if (search === null)
          return paged(asked, rows.filter(({ status }) => status !== 'DEPROVISIONED').map(shownUser), pageSize);
        const [, field, value = ''] = /^(?:profile\.)?(email|login|status) eq "((?:[^"\\]|\\.)*)"$/.exec(search) ?? [];
        if (!field) return failed(400, 'E0000031', 'Invalid search criteria.');
        const wanted = value.replace(/\\(.)/g, '$1').toLowerCase();
        const has = (user: OktaUser) =>
          (field === 'status' ? user.status : String(user.profile[field])).toLowerCase() === wanted;
        return paged(asked, searched(dial, rows, has).map(shownUser), pageSize);
      },
    },
    {
      method: 'GET',
      pattern: '/api/v1/users/{id}',
      handle: onUser((user) => ({ status: 200, body: shownUser(user) })),
    },
    {
      method: 'DELETE',
      pattern: '/api/v1/users/{id}',
      handle: onUser((user) => {
        if (user.status === 'DEPROVISIONED') erase(state, user);
        else turn(state, user, 'DEPROVISIONED', 'user.lifecycle.deactivate');
        return { status: 204 };
      }),
    },
    lifecycle('suspend', ['ACTIVE'], 'SUSPENDED'),
    lifecycle('unsuspend', ['SUSPENDED'], 'ACTIVE'),
    lifecycle('deactivate', alive, 'DEPROVISIONED'),
    {
      method: 'DELETE',
      pattern: '/api/v1/users/{id}/sessions',
      handle: onUser((user) => {
        state.users.set(user.id, { ...user, sessions: 0 });
        record(state, user, 'user.session.clear');
        return { status: 204 };
      }),
    },
    {
      method: 'GET',
      pattern: '/api/v1/users/{id}/grants',
      handle: onUser((user, asked) =>
        paged(
          asked,
          state.grants
            .values()
            .filter(({ userId }) => userId === user.id)
            .map(shownGrant),
          pageSize,
        ),
      ),
    },
    {
      method: 'DELETE',
      pattern: '/api/v1/users/{id}/grants',
      handle: onUser((user) => {
        for (const { id, userId } of state.grants.values()) if (userId === user.id) state.grants.delete(id);
        return { status: 204 };
      }),
    },
    {
      method: 'GET',
      pattern: '/api/v1/users/{id}/groups',
      handle: onUser((user) => ({ status: 200, body: groupsOf(state, user).map(shownGroup) })),
    },
  ];
}

function otherRoutes(state: OktaState, dial: Dial, pageSize: number): Route[] {
  const membership =
    (change: (key: string, groupId: string, userId: string) => void) =>
    (asked: Asked): Answer => {
      const group = state.groups.get(asked.params['group'] ?? '');
      const user = userBy(state, asked.params['id'] ?? '');
      if (!group || !user) return failed(404, 'E0000007', 'Not found: Resource not found');
      if (group.type !== 'OKTA_GROUP')
        return failed(403, 'E0000006', 'You do not have permission to perform the requested action');
      change(`${group.id}/${user.id}`, group.id, user.id);
      return { status: 204 };
    };
  return [
    {
      method: 'GET',
      pattern: '/api/v1/groups',
      handle: (asked) => paged(asked, state.groups.values().map(shownGroup), pageSize),
    },
    {
      method: 'PUT',
      pattern: '/api/v1/groups/{group}/users/{id}',
      handle: membership((key, groupId, userId) => state.members.set(key, { groupId, userId })),
    },
    {
      method: 'DELETE',
      pattern: '/api/v1/groups/{group}/users/{id}',
      handle: membership((key) => void state.members.delete(key)),
    },
    {
      method: 'GET',
      pattern: '/api/v1/api-tokens',
      handle: () => ({ status: 200, body: state.apiTokens.values().map(shownToken) }),
    },
    {
      method: 'DELETE',
      pattern: '/api/v1/api-tokens/{token}',
      handle: ({ params }) =>
        state.apiTokens.delete(params['token'] ?? '')
          ? { status: 204 }
          : failed(404, 'E0000007', 'Not found: Resource not found (ApiToken)'),
    },
    {
      method: 'GET',
      pattern: '/api/v1/logs',
      handle: (asked) => {
        const filter = asked.query.get('filter') ?? '';
        const type = /eventType eq "([^"]*)"/.exec(filter)?.[1];
        const target = /target\.id eq "([^"]*)"/.exec(filter)?.[1];
        const since = asked.query.get('since') ?? '';
        const rows = searched(
          dial,
          state.events.values(),
          (event) => (type ?? event.eventType) === event.eventType && (target ?? event.targetId) === event.targetId,
        );
        const recent = rows.filter(({ published }) => published >= since);
        if (asked.query.get('sortOrder') === 'DESCENDING') recent.reverse();
        return paged(asked, recent.map(shownEvent), pageSize);
      },
    },
    {
      // What is assigned to whom is not kept: everybody has the expense tool.
      method: 'GET',
      pattern: '/api/v1/apps',
      handle: () => ({
        status: 200,
        body: [{ id: '0oaaaaledgerly', label: 'Ledgerly', status: 'ACTIVE', signOnMode: 'SAML_2_0' }],
      }),
    },
  ];
}
