import { z } from 'zod';
import type { Account, Holding, Observation } from '#model/account.ts';
import { pages } from '../../http/pages.ts';
import { Ambiguous, Unavailable } from '../errors.ts';
import { understood } from '../understood.ts';
import type { GitHub } from './settings.ts';
import { graph, Person } from './whose.ts';

/** What GitHub shows of an account. Proves absence only where the organization itself could be read. */
export async function observe(gitHub: GitHub, account: Account, signal: AbortSignal): Promise<Observation> {
  const login = await loginOf(gitHub, account, signal);
  const member = login ? await membership(gitHub, account, login, signal) : undefined;
  const at = () => new Date().toISOString();
  // A 404 of the membership may also mean a wrong address or an organization that the token cannot see; the list of
  // outside collaborators answers that, and it holds those who never were members and still reach repositories.
  const outside = !member && (await isOutside(gitHub, account, signal));
  if (!login || (!member && !outside)) return { at: at(), status: 'absent' };

  const entitlements = member
    ? [memberHolding(member), ...(member.state === 'active' ? await teams(gitHub, login, signal) : [])]
    : [{ id: 'outsideCollaborator', name: 'outside collaborator on repositories' }];
  const tokens = await tokensOf(gitHub, account, login, signal);
  return { at: at(), status: 'active', ...(tokens && { tokens: tokens.map(({ holding }) => holding) }), entitlements };
}

/** The login as it is now: people rename themselves, and a login that is free again may be another person's. */
export async function loginOf(gitHub: GitHub, account: Account, signal: AbortSignal): Promise<string | undefined> {
  const answer = await gitHub.http.look({ method: 'GET', path: `/user/${encodeURIComponent(account.id)}`, signal });
  if (answer.status === 404) return undefined;
  const person = understood(Person, answer, `${gitHub.id}: the login of an account`);
  samePerson(gitHub, account, person.id);
  return person.login;
}

export async function membership(
  gitHub: GitHub,
  account: Account,
  login: string,
  signal: AbortSignal,
): Promise<Membership | undefined> {
  const answer = await gitHub.http.look({ method: 'GET', path: memberPath(gitHub, login), signal });
  if (answer.status === 404) return undefined;
  const member = understood(Membership, answer, `${gitHub.id}: the membership`);
  samePerson(gitHub, account, member.user.id);
  return member;
}

export function memberPath({ settings }: GitHub, login: string): string {
  return `/orgs/${settings.organization}/memberships/${encodeURIComponent(login)}`;
}

function memberHolding({ state, role, enterprise_teams_providing_indirect_membership: through }: Membership): Holding {
  // An invitation can be accepted at any time: it is access, and it is not yet membership.
  if (state === 'pending') return { id: 'invitation', name: 'invitation to the organization', role };
  const name = through?.length
    ? `organization member, also through enterprise team ${through.join(', ')}`
    : 'organization member';
  return { id: 'membership', name: name.slice(0, 500), role };
}

async function isOutside(gitHub: GitHub, account: Account, signal: AbortSignal): Promise<boolean> {
  for await (const people of listed(gitHub, 'outside_collaborators', {}, Person, signal)) {
    if (people.some(({ id }) => String(id) === account.id)) return true;
  }
  return false;
}

/** Team memberships with their roles. REST can only be asked team by team, so that GraphQL says which. */
async function teams(gitHub: GitHub, login: string, signal: AbortSignal): Promise<Holding[]> {
  const holdings: Holding[] = [];
  const { organization } = gitHub.settings;
  let after: string | null = null;
  do {
    const found: TeamsAnswer = await graph(gitHub, TeamsAnswer, teamsQuery, { organization, login, after }, signal);
    for (const team of found.organization.teams.nodes) holdings.push(await teamHolding(gitHub, login, team, signal));
    const { hasNextPage, endCursor } = found.organization.teams.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null && holdings.length < 5_000);
  return holdings;
}

async function teamHolding(gitHub: GitHub, login: string, team: Team, signal: AbortSignal): Promise<Holding> {
  const answer = await gitHub.http.look({ method: 'GET', path: teamPath(gitHub, team.slug, login), signal });
  if (answer.status === 404) {
    throw new Unavailable(
      `${gitHub.id}: the teams: GitHub's two answers about team ${team.slug} disagree. Nothing was changed. It is tried again.`,
    );
  }
  const { role } = understood(TeamMembership, answer, `${gitHub.id}: the membership of a team`);
  return { id: `team:${team.databaseId}`, name: team.slug, role };
}

export function teamPath({ settings }: GitHub, slug: string, login: string): string {
  return `/orgs/${settings.organization}/teams/${encodeURIComponent(slug)}/memberships/${encodeURIComponent(login)}`;
}

export interface Token {
  readonly kind: 'credential' | 'fineGrained';
  readonly id: number;
  /** The end of the secret, where GitHub shows it. */
  readonly lastEight: string | undefined;
  readonly holding: Holding;
}

/** What reaches the organization without a session; `undefined` where by the settings GitHub has no list to show. */
export async function tokensOf(
  gitHub: GitHub,
  account: Account,
  login: string,
  signal: AbortSignal,
): Promise<Token[] | undefined> {
  const { singleSignOn, fineGrainedTokens } = gitHub.settings;
  if (!singleSignOn && !fineGrainedTokens) return undefined;
  const tokens: Token[] = [];
  if (singleSignOn) {
    for await (const rows of listed(gitHub, 'credential-authorizations', { login }, Credential, signal)) {
      for (const row of rows) {
        if (row.login.toLowerCase() !== login.toLowerCase()) throw stranger(gitHub, 'credentials');
        const note = row.authorized_credential_note ?? row.authorized_credential_title;
        const name = `${row.credential_type}${note ? ` "${note.slice(0, 300)}"` : ''}`;
        const holding = { id: `credential:${row.credential_id}`, name };
        tokens.push({ kind: 'credential', id: row.credential_id, lastEight: row.token_last_eight, holding });
      }
    }
  }
  if (fineGrainedTokens) {
    for await (const rows of listed(gitHub, 'personal-access-tokens', { 'owner[]': login }, FineGrained, signal)) {
      for (const row of rows) {
        if (String(row.owner.id) !== account.id) throw stranger(gitHub, 'fine-grained tokens');
        const holding = { id: `fineGrained:${row.id}`, name: `fine-grained token "${row.token_name.slice(0, 300)}"` };
        tokens.push({ kind: 'fineGrained', id: row.id, lastEight: undefined, holding });
      }
    }
  }
  return tokens;
}

/** The pages of one of the organization's lists. */
export async function* listed<T>(
  { id, http, settings }: GitHub,
  list: string,
  query: Readonly<Record<string, string>>,
  row: z.ZodType<T>,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  const path = `/orgs/${settings.organization}/${list}`;
  const request = { method: 'GET', path, query: { ...query, per_page: '100' }, signal } as const;
  for await (const answer of pages(http, settings.url, request)) {
    yield understood(z.array(row), answer, `${id}: the list ${list} of the organization`);
  }
}

function samePerson({ id }: GitHub, account: Account, now: number): void {
  if (String(now) === account.id) return;
  throw new Ambiguous(
    `${id}: the login ${account.handle} now belongs to GitHub user ${now} and not to ${account.id}. Nothing was changed. Find the account by hand.`,
  );
}

function stranger({ id }: GitHub, what: string): Ambiguous {
  return new Ambiguous(
    `${id}: GitHub was asked for the ${what} of one person and showed somebody else's. Nothing was changed. Look at them by hand.`,
  );
}

const teamsQuery = `query ($organization: String!, $login: String!, $after: String) {
  organization(login: $organization) {
    teams(first: 100, after: $after, userLogins: [$login]) {
      nodes { databaseId slug }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const Membership = z.object({
  state: z.enum(['active', 'pending']),
  role: z.string().max(100),
  user: Person,
  enterprise_teams_providing_indirect_membership: z.array(z.string()).optional(),
});
export type Membership = z.output<typeof Membership>;

const Team = z.object({ databaseId: z.number().int(), slug: z.string().min(1) });
type Team = z.output<typeof Team>;

const TeamsAnswer = z.object({
  organization: z.object({
    teams: z.object({
      nodes: z.array(Team),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
});
type TeamsAnswer = z.output<typeof TeamsAnswer>;

const TeamMembership = z.object({ role: z.string().max(100) });

export const Credential = z.object({
  login: z.string(),
  credential_id: z.number().int(),
  credential_type: z.string().max(100),
  token_last_eight: z.string().optional(),
  authorized_credential_note: z.string().nullish(),
  authorized_credential_title: z.string().nullish(),
});

export const FineGrained = z.object({ id: z.number().int(), owner: Person, token_name: z.string() });
