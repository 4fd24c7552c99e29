import { z } from 'zod';
import { searched, type Dial } from './dial.ts';
import type { Answer, Route } from './double.ts';
import { ok } from './git-hub-answers.ts';
import { byLogin, memberOf, type GitHubState } from './git-hub-state.ts';

export function graphqlRoute(state: GitHubState, dial: Dial, pageSize: number): Route {
  return {
    method: 'POST',
    pattern: '/graphql',
    looks: true,
    handle: ({ body }) => graphql(state, dial, pageSize, body),
  };
}

/** Answers the two questions that REST has no answer to; it does not read the query language. */
function graphql(state: GitHubState, dial: Dial, pageSize: number, body: unknown): Answer {
  const { organization, users, links, teams } = state;
  const asked = GraphQl.safeParse(body);
  if (!asked.success) return ok({ errors: [{ message: 'A query attribute must be specified and must be a string.' }] });
  const { query, variables } = asked.data;
  if (variables.organization !== organization) {
    const message = `Could not resolve to an Organization with the login of '${variables.organization}'.`;
    return ok({ data: { organization: null }, errors: [{ type: 'NOT_FOUND', message }] });
  }
  if (query.includes('externalIdentities(')) {
    const { address } = variables;
    const theirs = searched(dial, links.values(), ({ nameId }) => !address || nameId === address).slice(0, 10);
    const nodes = theirs.map(({ nameId, userId }) => {
      const user = users.get(String(userId));
      return {
        samlIdentity: { nameId },
        scimIdentity: { username: nameId },
        user: user ? { login: user.login, databaseId: user.id } : null,
      };
    });
    // Nobody was ever linked: there is no single sign-on.
    const samlIdentityProvider = links.values().length === 0 ? null : { externalIdentities: { nodes } };
    return ok({ data: { organization: { samlIdentityProvider } } });
  }
  if (query.includes('teams(')) {
    const user = byLogin(state, variables.login ?? undefined);
    const active = memberOf(state, user)?.state === 'active';
    const theirs = teams.values().filter((team) => active && team.members.some(({ userId }) => userId === user?.id));
    const start = Number(variables.after ?? '0');
    const end = start + Math.min(100, pageSize);
    const nodes = theirs.slice(start, end).map(({ id, slug }) => ({ databaseId: id, slug }));
    const pageInfo = { hasNextPage: end < theirs.length, endCursor: String(end) };
    return ok({ data: { organization: { teams: { nodes, pageInfo } } } });
  }
  return ok({ errors: [{ message: 'The double does not know this query.' }] });
}

const GraphQl = z.object({
  query: z.string(),
  variables: z.object({
    organization: z.string(),
    login: z.string().nullish(),
    address: z.string().nullish(),
    after: z.string().nullish(),
  }),
});
