import { z } from 'zod';
import type { Account } from '#model/account.ts';
import type { ActInput, Connector, ConnectorDefinition } from '../connector.ts';
import { Refused, Unsupported } from '../errors.ts';
import { accepted, understood } from '../understood.ts';
import {
  Credential,
  FineGrained,
  listed,
  loginOf,
  memberPath,
  membership,
  observe,
  teamPath,
  tokensOf,
} from './look.ts';
import { GitHubSettings, type GitHub } from './settings.ts';
import { accountsOf, externalIdentities, Person } from './whose.ts';

/**
 * An organization of GitHub Enterprise Cloud, through REST (docs.github.com/rest, version 2022-11-28) and GraphQL. The
 * account is the person's own and stays; what is taken away is the organization. It has no suspension: membership and the
 * credentials that single sign-on let in are all that there is to end.
 */
export const github: ConnectorDefinition<typeof GitHubSettings> = {
  kind: 'github',
  settings: GitHubSettings,
  connect(id, settings, openHttp): Connector {
    const http = openHttp({
      connector: id,
      baseUrl: settings.url,
      headers: async () => ({
        authorization: `Bearer ${settings.token.reveal()}`,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        'user-agent': 'exeunt',
      }),
    });
    const gitHub: GitHub = { id, settings, http };
    return {
      id,
      name: 'GitHub',
      // The lists follow an act within seconds.
      settleMs: 10_000,
      check: (signal) => check(gitHub, signal),
      findAccounts: (identity, signal) => accountsOf(gitHub, identity, signal),
      observe: (account, signal) => observe(gitHub, account, signal),
      operations: {
        // Without a list there is nothing to revoke by and nothing to prove it with.
        ...(settings.singleSignOn || settings.fineGrainedTokens
          ? { revokeTokens: (input: ActInput) => revokeTokens(gitHub, input) }
          : {}),
        removeEntitlements: (input) => removeEntitlements(gitHub, input),
        restoreEntitlements: (input) => restoreEntitlements(gitHub, input),
      },
      notes: {
        removeEntitlements:
          'A GitHub organization cannot suspend: the membership ends, private forks of the person are deleted, GitHub keeps the privileges for three months, and after an undo the person must accept an invitation.',
      },
    };
  },
};

/** Reads each list that an offboarding will need, and what the token says of its own rights. */
async function check(gitHub: GitHub, signal: AbortSignal): Promise<void> {
  const { id, settings, http } = gitHub;
  const first = await http.look({
    method: 'GET',
    path: `/orgs/${settings.organization}/outside_collaborators`,
    query: { per_page: '1' },
    signal,
  });
  understood(z.array(Person), first, `${id}: check: the organization`);
  // Only a classic token says its scopes.
  const scopes = first.headers.get('x-oauth-scopes');
  if (scopes && !scopes.split(/,\s*/).includes('admin:org')) {
    throw new Refused(`${id}: check: the token lacks the scope admin:org. Nothing was changed. Grant it.`);
  }
  if (settings.singleSignOn) {
    await listed(gitHub, 'credential-authorizations', {}, Credential, signal).next();
    const identities = await externalIdentities(gitHub, null, signal);
    const names = identities.flatMap((one) => [one.samlIdentity?.nameId, one.scimIdentity?.username]);
    if (identities.length > 0 && !names.some((name) => name?.includes('@'))) {
      throw new Refused(
        `${id}: check: single sign-on names people by something else than their address, so that no login can be found. Nothing was changed. List the logins in the settings.`,
      );
    }
  }
  if (settings.fineGrainedTokens) await listed(gitHub, 'personal-access-tokens', {}, FineGrained, signal).next();
}

async function revokeTokens(gitHub: GitHub, { account, signal }: ActInput): Promise<void> {
  const login = await loginOf(gitHub, account, signal);
  const tokens = login ? await tokensOf(gitHub, account, login, signal) : [];
  const own = gitHub.settings.token.reveal().slice(-8);
  if (tokens?.some(({ lastEight }) => lastEight === own)) {
    throw new Refused(
      `${gitHub.id}: revokeTokens: this connector's own token is one of this person's. Nothing was changed. Give the connector another token, then try again.`,
    );
  }
  const organization = `/orgs/${gitHub.settings.organization}`;
  for (const { kind, id } of tokens ?? []) {
    const answer =
      kind === 'credential'
        ? await gitHub.http.act({ method: 'DELETE', path: `${organization}/credential-authorizations/${id}`, signal })
        : await gitHub.http.act({
            method: 'POST',
            path: `${organization}/personal-access-tokens/${id}`,
            body: { action: 'revoke' },
            signal,
          });
    accepted(answer, `${gitHub.id}: revokeTokens: one of the tokens`, [404]);
  }
}

async function removeEntitlements(gitHub: GitHub, { account, signal }: ActInput): Promise<void> {
  const login = await loginOf(gitHub, account, signal);
  if (!login) return;
  const member = await membership(gitHub, account, login, signal);
  if (member?.role === 'admin' && (await isLastOwner(gitHub, account, signal))) {
    throw new Refused(
      `${gitHub.id}: removeEntitlements: ${login} is the last owner of the organization, whom GitHub does not let go. Nothing was changed. Make somebody else an owner, then try again.`,
    );
  }
  const outside = `/orgs/${gitHub.settings.organization}/outside_collaborators/${encodeURIComponent(login)}`;
  const path = member ? memberPath(gitHub, login) : outside;
  accepted(
    await gitHub.http.act({ method: 'DELETE', path, signal }),
    `${gitHub.id}: removeEntitlements: the membership`,
    [404],
  );
}

async function isLastOwner(gitHub: GitHub, account: Account, signal: AbortSignal): Promise<boolean> {
  for await (const owners of listed(gitHub, 'members', { role: 'admin' }, Person, signal)) {
    if (owners.some(({ id }) => String(id) !== account.id)) return false;
  }
  return true;
}

/** Invites again with the role and the teams of before. GitHub makes a member only of whoever accepts. */
async function restoreEntitlements(gitHub: GitHub, { account, snapshot, signal }: ActInput): Promise<void> {
  const held = snapshot?.entitlements ?? [];
  const login = await loginOf(gitHub, account, signal);
  if (!login)
    throw new Refused(`${gitHub.id}: restoreEntitlements: the GitHub user is gone. Invite the person by hand.`);
  if (held.some(({ id }) => id === 'outsideCollaborator')) {
    throw new Unsupported(
      `${gitHub.id}: restoreEntitlements: GitHub does not tell which repositories an outside collaborator had. Nothing was changed. Give them back by hand.`,
    );
  }
  const member = held.find(({ id }) => id === 'membership' || id === 'invitation');
  if (member) {
    const role = member.role === 'admin' ? 'admin' : 'member';
    const answer = await gitHub.http.act({ method: 'PUT', path: memberPath(gitHub, login), body: { role }, signal });
    accepted(answer, `${gitHub.id}: restoreEntitlements: the invitation`);
  }
  const wanted = new Map(held.filter(({ id }) => id.startsWith('team:')).map(({ id, role }) => [id, role]));
  if (wanted.size === 0) return;
  // By id, not by the name of then: a name may have become another team's.
  for await (const teams of listed(gitHub, 'teams', {}, RestTeam, signal)) {
    for (const team of teams.filter(({ id }) => wanted.has(`team:${id}`))) {
      const role = wanted.get(`team:${team.id}`) === 'maintainer' ? 'maintainer' : 'member';
      const answer = await gitHub.http.act({
        method: 'PUT',
        path: teamPath(gitHub, team.slug, login),
        body: { role },
        signal,
      });
      accepted(answer, `${gitHub.id}: restoreEntitlements: the team ${team.slug}`);
    }
  }
}

const RestTeam = z.object({ id: z.number().int(), slug: z.string().min(1) });
