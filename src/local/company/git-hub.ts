import { calmDial } from './dial.ts';
import { openDouble, type Double } from './double.ts';
import { gitHubVendor } from './git-hub-answers.ts';
import { graphqlRoute } from './git-hub-graphql.ts';
import { peopleRoutes } from './git-hub-people.ts';
import { teamRoutes, tokenRoutes } from './git-hub-rights.ts';
import { accept, gitHubState, seedGitHub, type GitHubState } from './git-hub-state.ts';
import type { Keep } from './keep.ts';
import type { Person } from './people.ts';

export interface GitHubDouble extends Double {
  readonly token: string;
  readonly organization: string;
  readonly state: GitHubState;
  /** What a person does with an invitation in the mail. Whether there was one. */
  accept(login: string): boolean;
}

/**
 * A stateful double of the part of GitHub's REST and GraphQL interfaces that an offboarding uses, for one organization with
 * single sign-on. `pageSize` is the most rows a page has; `acceptsAtOnce` has everybody accept an invitation at once.
 */
export async function openGitHub(input: {
  keep: Keep;
  people: readonly Person[];
  organization?: string;
  pageSize?: number;
  acceptsAtOnce?: boolean;
}): Promise<GitHubDouble> {
  const { keep, people, organization = 'brightwater', pageSize = 100, acceptsAtOnce = false } = input;
  const state = gitHubState(keep, organization);
  const token = seedGitHub(state, people);
  const dial = calmDial();
  const routes = [
    ...peopleRoutes(state, pageSize, acceptsAtOnce),
    ...tokenRoutes(state, dial, pageSize),
    ...teamRoutes(state, pageSize),
    graphqlRoute(state, dial, pageSize),
  ];
  const double = await openDouble(gitHubVendor(token), routes, dial);
  return { ...double, token, organization, state, accept: (login) => accept(state, login) };
}
