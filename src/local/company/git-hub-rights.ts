import { z } from 'zod';
import { searched, type Dial } from './dial.ts';
import type { Answer, Asked, Route } from './double.ts';
import {
  none,
  ok,
  paged,
  refusal,
  shownCredential,
  shownFineGrained,
  shownTeam,
  shownTeamMember,
} from './git-hub-answers.ts';
import { onUser } from './git-hub-people.ts';
import { byLogin, memberOf, ofPeople, type GitHubState, type GitHubTeam, type GitHubUser } from './git-hub-state.ts';

/** Credentials that single sign-on let in, and fine-grained tokens. */
export function tokenRoutes(state: GitHubState, dial: Dial, pageSize: number): Route[] {
  const { organization, credentials, fineGrained } = state;
  const org = `/orgs/${organization}`;
  return [
    {
      method: 'GET',
      pattern: `${org}/credential-authorizations`,
      handle: (asked) => {
        const theirs = searched(dial, credentials.values(), isLogin(state, asked.query.get('login')));
        return paged(ofPeople(state, theirs, shownCredential), asked, pageSize);
      },
    },
    {
      method: 'DELETE',
      pattern: `${org}/credential-authorizations/{id}`,
      handle: ({ params }) => (credentials.delete(params['id'] ?? '') ? none : refusal(404, 'Not Found')),
    },
    {
      method: 'GET',
      pattern: `${org}/personal-access-tokens`,
      handle: (asked) => {
        const theirs = searched(dial, fineGrained.values(), isLogin(state, asked.query.get('owner[]')));
        return paged(ofPeople(state, theirs, shownFineGrained), asked, pageSize);
      },
    },
    {
      method: 'POST',
      pattern: `${org}/personal-access-tokens/{id}`,
      handle: ({ params, body }) => {
        if (!z.object({ action: z.literal('revoke') }).safeParse(body).success)
          return refusal(422, 'Validation Failed');
        return fineGrained.delete(params['id'] ?? '') ? none : refusal(404, 'Not Found');
      },
    },
  ];
}

export function teamRoutes(state: GitHubState, pageSize: number): Route[] {
  const { organization, members, teams } = state;
  const org = `/orgs/${organization}`;
  const withTeam = (work: (team: GitHubTeam, user: GitHubUser, asked: Asked) => Answer) =>
    onUser(state, (user, asked) => {
      const team = teams.values().find(({ slug }) => slug === asked.params['slug']);
      return team ? work(team, user, asked) : refusal(404, 'Not Found');
    });
  return [
    {
      method: 'GET',
      pattern: `${org}/teams`,
      handle: (asked) =>
        paged(
          teams.values().map((team) => shownTeam(organization, team)),
          asked,
          pageSize,
        ),
    },
    {
      method: 'GET',
      pattern: `${org}/teams/{slug}/memberships/{login}`,
      handle: withTeam((team, user) => {
        const held = team.members.find(({ userId }) => userId === user.id);
        const standing = memberOf(state, user)?.state ?? 'pending';
        return held ? ok(shownTeamMember(team.slug, user, held.role, standing)) : refusal(404, 'Not Found');
      }),
    },
    {
      method: 'PUT',
      pattern: `${org}/teams/{slug}/memberships/{login}`,
      lie: ok(shownTeamMember('team', { id: 1, login: 'somebody' }, 'member', 'active')),
      handle: withTeam((team, user, { body }) => {
        const wanted = z.object({ role: z.enum(['maintainer', 'member']).default('member') }).safeParse(body ?? {});
        if (!wanted.success) return refusal(422, 'Validation Failed');
        const { role } = wanted.data;
        const others = team.members.filter(({ userId }) => userId !== user.id);
        teams.set(String(team.id), { ...team, members: [...others, { userId: user.id, role }] });
        // Whoever is not in the organization is invited to it.
        if (!memberOf(state, user)) members.set(String(user.id), { userId: user.id, role: 'member', state: 'pending' });
        return ok(shownTeamMember(team.slug, user, role, memberOf(state, user)?.state ?? 'pending'));
      }),
    },
  ];
}

function isLogin(state: GitHubState, login: string | null) {
  const user = login === null ? undefined : byLogin(state, login);
  return (row: { readonly userId: number }) => login === null || row.userId === user?.id;
}
