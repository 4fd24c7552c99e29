import { z } from 'zod';
import type { Answer, Asked, Route } from './double.ts';
import { none, ok, paged, publicUser, refusal, shownMember, simpleUser } from './git-hub-answers.ts';
import { accept, byLogin, dropMember, memberOf, ofPeople, type GitHubState, type GitHubUser } from './git-hub-state.ts';

/** Users, members and outside collaborators. */
export function peopleRoutes(state: GitHubState, pageSize: number, acceptsAtOnce: boolean): Route[] {
  const { organization, users, members, outside } = state;
  const org = `/orgs/${organization}`;
  return [
    {
      method: 'GET',
      pattern: '/user/{id}',
      handle: ({ params }) => {
        const user = users.get(params['id'] ?? '');
        return user ? ok(publicUser(user)) : refusal(404, 'Not Found');
      },
    },
    { method: 'GET', pattern: '/users/{login}', handle: onUser(state, (user) => ok(publicUser(user))) },
    {
      method: 'GET',
      pattern: `${org}/members`,
      handle: (asked) => {
        const role = asked.query.get('role') ?? 'all';
        const theirs = members
          .values()
          .filter((one) => one.state === 'active' && (role === 'all' || role === one.role));
        return paged(ofPeople(state, theirs, simpleUser), asked, pageSize);
      },
    },
    {
      method: 'GET',
      pattern: `${org}/memberships/{login}`,
      handle: onUser(state, (user) => {
        const member = memberOf(state, user);
        return member ? ok(shownMember(organization, user, member)) : refusal(404, 'Not Found');
      }),
    },
    {
      method: 'PUT',
      pattern: `${org}/memberships/{login}`,
      lie: ok(shownMember(organization, somebody, { userId: 1, role: 'member', state: 'active' })),
      handle: onUser(state, (user, { body }) => {
        const wanted = z.object({ role: z.enum(['admin', 'member']).default('member') }).safeParse(body ?? {});
        if (!wanted.success) return refusal(422, 'Validation Failed');
        const standing = memberOf(state, user)?.state ?? 'pending';
        members.set(String(user.id), { userId: user.id, role: wanted.data.role, state: standing });
        if (acceptsAtOnce) accept(state, user.login);
        const member = memberOf(state, user);
        return member ? ok(shownMember(organization, user, member)) : refusal(404, 'Not Found');
      }),
    },
    {
      method: 'DELETE',
      pattern: `${org}/memberships/{login}`,
      handle: onUser(state, (user) => {
        const member = memberOf(state, user);
        if (!member) return refusal(404, 'Not Found');
        const owners = members.values().filter(({ role, state }) => role === 'admin' && state === 'active');
        if (member.role === 'admin' && member.state === 'active' && owners.length === 1) {
          return refusal(403, "You can't remove the last owner of an organization.");
        }
        state.together(() => dropMember(state, user.id));
        return none;
      }),
    },
    {
      method: 'GET',
      pattern: `${org}/outside_collaborators`,
      handle: (asked) => paged(ofPeople(state, outside.values(), simpleUser), asked, pageSize),
    },
    {
      method: 'DELETE',
      pattern: `${org}/outside_collaborators/{login}`,
      handle: onUser(state, (user) => {
        if (memberOf(state, user)) return refusal(422, 'You cannot specify an organization member to remove.');
        outside.delete(String(user.id));
        return none;
      }),
    },
  ];
}

const somebody: GitHubUser = { id: 1, login: 'somebody' };

export function onUser(state: GitHubState, work: (user: GitHubUser, asked: Asked) => Answer) {
  return (asked: Asked) => {
    const user = byLogin(state, asked.params['login']);
    return user ? work(user, asked) : refusal(404, 'Not Found');
  };
}
