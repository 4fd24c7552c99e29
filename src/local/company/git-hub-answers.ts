import type { Answer, Asked, Vendor } from './double.ts';
import type { GitHubCredential, GitHubFineGrained, GitHubMember, GitHubTeam, GitHubUser } from './git-hub-state.ts';

const api = 'https://api.github.com';

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const none: Answer = { status: 204 };

export function refusal(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}

/** A page by `per_page` and `page`, with the links that GitHub pages by. */
export function paged(rows: readonly unknown[], { query, path, headers }: Asked, pageSize: number): Answer {
  const size = Math.min(Number(query.get('per_page') ?? '30'), pageSize);
  const page = Number(query.get('page') ?? '1');
  const answer = ok(rows.slice((page - 1) * size, page * size));
  if (page * size >= rows.length) return answer;
  const next = new URLSearchParams(query);
  next.set('page', String(page + 1));
  return { ...answer, headers: { link: `<http://${headers.host}${path}?${next.toString()}>; rel="next"` } };
}

export function simpleUser({ id, login }: GitHubUser) {
  const url = `${api}/users/${login}`;
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: `${url}/avatar`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    site_admin: false,
  };
}

export function publicUser(user: GitHubUser) {
  return {
    ...simpleUser(user),
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 2,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  };
}

export function shownMember(organization: string, user: GitHubUser, { role, state }: GitHubMember) {
  const url = `${api}/orgs/${organization}`;
  return {
    url: `${url}/memberships/${user.login}`,
    state,
    role,
    direct_membership: true,
    organization_url: url,
    organization: {
      login: organization,
      id: 424_242,
      node_id: 'O_424242',
      url,
      repos_url: `${url}/repos`,
      events_url: `${url}/events`,
      hooks_url: `${url}/hooks`,
      issues_url: `${url}/issues`,
      members_url: `${url}/members{/member}`,
      public_members_url: `${url}/public_members{/member}`,
      avatar_url: `${url}/avatar`,
      description: null,
    },
    user: simpleUser(user),
  };
}

export function shownTeam(organization: string, { id, slug }: GitHubTeam) {
  const url = `${api}/organizations/424242/team/${id}`;
  return {
    id,
    node_id: `T_${id}`,
    name: slug,
    slug,
    description: null,
    permission: 'pull',
    privacy: 'closed',
    url,
    html_url: `https://github.com/orgs/${organization}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    parent: null,
  };
}

export function shownTeamMember(slug: string, { login }: GitHubUser, role: string, state: string) {
  return { url: `${api}/teams/${slug}/memberships/${login}`, role, state };
}

export function shownCredential({ login }: GitHubUser, { id, type, lastEight, title }: GitHubCredential) {
  return {
    login,
    credential_id: id,
    credential_type: type,
    ...(type === 'SSH key' ? { fingerprint: 'SHA256:brightwater' } : { token_last_eight: lastEight }),
    credential_authorized_at: '2026-01-26T19:06:43Z',
    credential_accessed_at: null,
    authorized_credential_id: id + 1,
    ...(type === 'SSH key' ? { authorized_credential_title: title } : { authorized_credential_note: title }),
    authorized_credential_expires_at: null,
  };
}

export function shownFineGrained(user: GitHubUser, { id, name }: GitHubFineGrained) {
  return {
    id,
    owner: simpleUser(user),
    repository_selection: 'all',
    repositories_url: `${api}/organizations/424242/personal-access-tokens/${id}/repositories`,
    permissions: { repository: { contents: 'read' } },
    access_granted_at: '2026-05-16T08:47:09.000-07:00',
    token_id: id + 90_000,
    token_name: name,
    token_expired: false,
    token_expires_at: null,
    token_last_used_at: null,
  };
}

/** GitHub's way of saying what every vendor says. */
export function gitHubVendor(token: string): Vendor {
  return {
    name: 'GitHub',
    authorized: ({ headers }) => headers.authorization === `Bearer ${token}`,
    unauthorized: () => refusal(401, 'Bad credentials'),
    throttled: () => ({
      ...refusal(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'),
      headers: { 'retry-after': '5' },
    }),
    forbidden: () => refusal(403, 'Resource not accessible by integration'),
    notFound: () => refusal(404, 'Not Found'),
    broken: () => refusal(503, 'No server is currently available to service your request.'),
  };
}
