import { z } from 'zod';
import type { Account } from '#model/account.ts';
import type { Identity } from '#model/identity.ts';
import { Ambiguous, Refused, Unavailable } from '../errors.ts';
import { understood } from '../understood.ts';
import type { GitHub } from './settings.ts';

/**
 * The accounts of an identity, each proved by the settings or by the organization's single sign-on. Public addresses are
 * never searched: anybody may write anything there. SCIM knows the address but not the login, so that the identities are
 * read through GraphQL (docs.github.com, Organization.samlIdentityProvider).
 */
export async function* accountsOf(gitHub: GitHub, identity: Identity, signal: AbortSignal): AsyncGenerator<Account> {
  const { id, settings } = gitHub;
  const seen = new Set<number>();
  for (const address of [identity.email, ...identity.aliases]) {
    const login = settings.logins[address];
    const person = login
      ? await listed(gitHub, address, login, signal)
      : settings.singleSignOn
        ? await signedOn(gitHub, address, signal)
        : undefined;
    if (!person || seen.has(person.id)) continue;
    seen.add(person.id);
    yield { connector: id, id: String(person.id), handle: person.login };
  }
}

async function listed(gitHub: GitHub, address: string, login: string, signal: AbortSignal): Promise<Person> {
  const answer = await gitHub.http.look({ method: 'GET', path: `/users/${encodeURIComponent(login)}`, signal });
  if (answer.status !== 404) return understood(Person, answer, `${gitHub.id}: findAccounts: the login`);
  throw new Ambiguous(
    `${gitHub.id}: findAccounts: the settings say that ${address} is ${login}, but GitHub knows nobody of that login. Correct the settings.`,
  );
}

async function signedOn(gitHub: GitHub, address: string, signal: AbortSignal): Promise<Person | undefined> {
  const rows = await externalIdentities(gitHub, address, signal);
  const [row] = rows;
  if (!row) return undefined;
  const names = rows.flatMap((one) => [one.samlIdentity?.nameId, one.scimIdentity?.username]);
  // The names must be this one and nothing else: a search that ignored its filter must not decide whose login it is.
  if (names.some((name) => name && name.toLowerCase() !== address) || names.every((name) => !name)) {
    throw new Ambiguous(
      `${gitHub.id}: findAccounts: GitHub was asked for ${address} and answered with somebody else. Nothing was changed. Find the login by hand.`,
    );
  }
  const users = rows.flatMap(({ user }) => (user ? [user] : []));
  const [user] = users;
  if (users.some(({ databaseId }) => databaseId !== user?.databaseId)) {
    throw new Ambiguous(
      `${gitHub.id}: findAccounts: more than one login is linked to ${address}. Nothing was changed. Put the right one into the settings.`,
    );
  }
  // Known to single sign-on and never linked to a login: there is no account.
  return user ? { id: user.databaseId, login: user.login } : undefined;
}

/** The linked identities of one address; without an address, the first few of all. */
export async function externalIdentities(
  gitHub: GitHub,
  address: string | null,
  signal: AbortSignal,
): Promise<readonly ExternalIdentity[]> {
  const variables = { organization: gitHub.settings.organization, address };
  const { organization } = await graph(gitHub, Identities, identitiesQuery, variables, signal);
  if (organization.samlIdentityProvider) return organization.samlIdentityProvider.externalIdentities.nodes;
  throw new Refused(
    `${gitHub.id}: findAccounts: GitHub shows no single sign-on of this organization. Nothing was changed. Give a token of an owner; or, when there is none, set singleSignOn to false and list the logins.`,
  );
}

/** Asks GraphQL, which answers 200 also where it failed. */
export async function graph<T>(
  gitHub: GitHub,
  schema: z.ZodType<T>,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<T> {
  const what = `${gitHub.id}: a look by GraphQL`;
  const answer = await gitHub.http.look({ method: 'POST', path: '/graphql', body: { query, variables }, signal });
  const { data, errors } = understood(z.object({ data: z.unknown(), errors: Problems }), answer, what);
  if (errors?.some(({ type }) => type === 'RATE_LIMITED')) {
    throw new Unavailable(`${what}: GitHub takes no more requests for now. Nothing was changed. It is tried again.`, {
      retryAfterMs: 60_000,
    });
  }
  if (errors?.length) {
    const why = errors[0]?.message.slice(0, 200);
    throw new Refused(`${what} was refused: "${why}". Nothing was changed. Check the token's rights.`);
  }
  return understood(schema, { ...answer, body: data }, what);
}

const identitiesQuery = `query ($organization: String!, $address: String) {
  organization(login: $organization) { samlIdentityProvider {
    externalIdentities(first: 10, userName: $address) {
      nodes { samlIdentity { nameId } scimIdentity { username } user { login databaseId } }
    }
  } }
}`;

export const Person = z.object({ id: z.number().int(), login: z.string().min(1) });
export type Person = z.output<typeof Person>;

const ExternalIdentity = z.object({
  samlIdentity: z.object({ nameId: z.string().nullish() }).nullish(),
  scimIdentity: z.object({ username: z.string().nullish() }).nullish(),
  user: z.object({ login: z.string().min(1), databaseId: z.number().int() }).nullish(),
});
type ExternalIdentity = z.output<typeof ExternalIdentity>;

const Identities = z.object({
  organization: z.object({
    samlIdentityProvider: z.object({ externalIdentities: z.object({ nodes: z.array(ExternalIdentity) }) }).nullable(),
  }),
});

const Problems = z.array(z.object({ type: z.string().optional(), message: z.string() })).optional();
