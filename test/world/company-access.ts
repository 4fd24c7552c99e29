import { gitHubId } from '#local/company/git-hub-state.ts';
import { googleId } from '#local/company/google-state.ts';
import { oktaUserId } from '#local/company/okta-state.ts';
import { scimUserId } from '#local/company/scim-seed.ts';
import { people } from '#local/company/people.ts';
import type { LocalWorld } from '#local/world.ts';
import { writes } from './product-world.ts';

type Company = LocalWorld['company'];

/** Everything that a person holds in the emulated company, read from the doubles themselves. */
export function accessOf({ okta, gitHub, google, scim }: Company, personId: string) {
  const user = okta.state.users.get(oktaUserId(personId));
  const googleUser = google.state.users.get(googleId(personId));
  const gitHubUser = gitHubId(personId);
  const ofUser = (row: { userId: unknown }) => row.userId === gitHubUser;
  return {
    okta: {
      status: user?.status,
      sessions: user?.sessions,
      groups: names(okta.state.members.values().filter(isOf(oktaUserId(personId))), ({ groupId }) => groupId),
      grants: names(okta.state.grants.values().filter(isOf(oktaUserId(personId))), ({ id }) => id),
      apiTokens: names(okta.state.apiTokens.values().filter(isOf(oktaUserId(personId))), ({ id }) => id),
    },
    github: {
      membership: gitHub.state.members.get(String(gitHubUser)),
      teams: names(
        gitHub.state.teams.values().filter(({ members }) => members.some(ofUser)),
        ({ slug, members }) => `${slug} as ${members.find(ofUser)?.role ?? ''}`,
      ),
      tokens: names(
        [...gitHub.state.credentials.values(), ...gitHub.state.fineGrained.values()].filter(ofUser),
        ({ id }) => String(id),
      ),
    },
    google: {
      suspended: googleUser?.suspended,
      groups: names(
        google.state.groups.values().filter(({ members }) => members.some(({ id }) => id === googleId(personId))),
        ({ email, members }) => `${email} as ${members.find(({ id }) => id === googleId(personId))?.role ?? ''}`,
      ),
      roles: names(
        google.state.roles.values().filter(({ assignedTo }) => assignedTo === googleId(personId)),
        ({ roleId }) => roleId,
      ),
      tokens: [
        ...(googleUser?.tokens ?? []).map(({ clientId }) => clientId),
        ...(googleUser?.asps ?? []).map(({ name }) => name),
      ],
    },
    ledgerly: {
      active: scim.state.users.get(scimUserId(personId))?.['active'],
      groups: names(
        scim.state.groups
          .values()
          .filter(({ members }) => members?.some(({ value }) => value === scimUserId(personId))),
        ({ displayName }) => displayName,
      ),
    },
  };
}

/** What everybody but these people holds: the part of the company that no test may change. */
export function accessOfOthers(company: Company, ...personIds: readonly string[]) {
  return people.filter(({ id }) => !personIds.includes(id)).map(({ id }) => ({ id, ...accessOf(company, id) }));
}

/** The writes that name anybody besides these people; there must be none. */
export function writesToOthers(company: Company, ...personIds: readonly string[]): readonly string[] {
  const marks = people
    .filter(({ id }) => !personIds.includes(id))
    .flatMap(({ id, gitHubLogin }) => [
      oktaUserId(id),
      googleId(id),
      scimUserId(id),
      ...(gitHubLogin ? [`memberships/${gitHubLogin}`, `collaborators/${gitHubLogin}`] : []),
    ]);
  return [company.okta, company.gitHub, company.google, company.scim]
    .flatMap(writes)
    .map(({ method, url, body }) => `${method} ${decodeURIComponent(url)} ${JSON.stringify(body)}`)
    .filter((line) => marks.some((mark) => line.includes(mark)));
}

function isOf(userId: string) {
  return (row: { readonly userId: string }) => row.userId === userId;
}

function names<T>(rows: readonly T[], name: (row: T) => string): readonly string[] {
  return rows.map(name).toSorted();
}
