import { z } from 'zod';
import type { Account } from '#model/account.ts';
import type { Operation } from '#model/plan.ts';
import { SecretText } from '#model/secret.ts';
import type { ActInput, Connector, ConnectorDefinition } from '../connector.ts';
import { Refused, Unsupported } from '../errors.ts';
import { accepted, understood } from '../understood.ts';
import { apiTokensOf, cannotSignIn, groupsOf, isOwner, observe, userOf, userPath, type Okta } from './look.ts';
import { accountsOf, identitiesOf } from './whose.ts';

const Settings = z.strictObject({ url: z.url(), token: SecretText });

/** An Okta organization, through the management interface (developer.okta.com/docs/api, version 2026.06). */
export const okta: ConnectorDefinition<typeof Settings> = {
  kind: 'okta',
  settings: Settings,
  connect(id, { url, token }, openHttp): Connector {
    const headers = async () => ({ authorization: `SSWS ${token.reveal()}` });
    const okta: Okta = { id, url, http: openHttp({ connector: id, baseUrl: url, headers }) };
    const on = (act: (okta: Okta, input: ActInput) => Promise<void>) => (input: ActInput) => act(okta, input);
    return {
      id,
      name: 'Okta',
      // The user shows at once; the system log follows within seconds.
      settleMs: 10_000,
      check: (signal) => check(okta, signal),
      findAccounts: (identity, signal) => accountsOf(okta, identity, signal),
      observe: (account, signal) => observe(okta, account, signal),
      operations: {
        suspend: on(suspend),
        revokeSessions: on(revokeSessions),
        revokeTokens: on(revokeTokens),
        removeEntitlements: on(removeEntitlements),
        delete: on(deleteUser),
        unsuspend: on(unsuspend),
        restoreEntitlements: on(restoreEntitlements),
      },
      notes: {
        revokeSessions:
          'Ends Okta sessions and the tokens that Okta issued; a session inside an app lasts until the app ends it.',
        revokeTokens: 'Scripts that run on this person’s API tokens stop for good.',
        removeEntitlements:
          'Apps that were assigned through a group go with the group, and may deactivate the person there.',
        delete: 'Deactivates the user and deletes it for good; Okta cannot bring it back.',
      },
      identities: (signal) => identitiesOf(okta, signal),
    };
  },
};

/** Reads each list that an offboarding will need: what may not be read now could not be proved later. */
async function check({ id, http }: Okta, signal: AbortSignal): Promise<void> {
  for (const path of ['/api/v1/users', '/api/v1/groups', '/api/v1/logs', '/api/v1/api-tokens']) {
    const query = path.endsWith('tokens') ? {} : { limit: '1' };
    const answer = await http.look({ method: 'GET', path, query, signal });
    understood(z.array(z.unknown()), answer, `${id}: check: ${path}`);
  }
}

/** Okta suspends only users that are ACTIVE; ending the others means deactivation, which cannot be taken back. */
async function suspend(okta: Okta, { account, signal }: ActInput): Promise<void> {
  const user = await userOf(okta, account, signal);
  if (!user || cannotSignIn(user)) return;
  if (user.status !== 'ACTIVE' || user.transitioningToStatus) {
    throw new Unsupported(
      `${okta.id}: suspend: the user is ${user.status}, and Okta suspends only ACTIVE users. Nothing was changed. Deactivate the user in Okta by hand, knowing that its app data cannot be recovered.`,
    );
  }
  await notOurOwn(okta, 'suspend', account, signal);
  await lifecycle(okta, 'suspend', { account, signal });
}

async function unsuspend(okta: Okta, { account, signal }: ActInput): Promise<void> {
  const user = await userOf(okta, account, signal);
  if (user && !cannotSignIn(user)) return;
  if (user?.status !== 'SUSPENDED') {
    throw new Unsupported(
      `${okta.id}: unsuspend: the user is ${user?.status ?? 'gone'}, and Okta gives back only SUSPENDED users. Nothing was changed. Activate or create the user in Okta by hand.`,
    );
  }
  await lifecycle(okta, 'unsuspend', { account, signal });
}

async function lifecycle(okta: Okta, verb: 'suspend' | 'unsuspend', { account, signal }: ActInput): Promise<void> {
  const path = `${userPath(account)}/lifecycle/${verb}`;
  accepted(await okta.http.act({ method: 'POST', path, signal }), `${okta.id}: ${verb}`);
}

/** A token of Okta's belongs to a user and dies with it: the connector would be blind before its work is proved. */
async function notOurOwn(okta: Okta, operation: Operation, account: Account, signal: AbortSignal): Promise<void> {
  if (!(await isOwner(okta, account, signal))) return;
  throw new Refused(
    `${okta.id}: ${operation}: this connector's own token belongs to this user. Nothing was changed. Give the connector a token of another user, then try again.`,
  );
}

async function revokeSessions(okta: Okta, { account, signal }: ActInput): Promise<void> {
  await remove(okta, 'revokeSessions', `${userPath(account)}/sessions`, signal, { oauthTokens: 'true' });
}

async function revokeTokens(okta: Okta, { account, signal }: ActInput): Promise<void> {
  await notOurOwn(okta, 'revokeTokens', account, signal);
  await remove(okta, 'revokeTokens', `${userPath(account)}/grants`, signal);
  for (const { id } of await apiTokensOf(okta, account, signal)) {
    await remove(okta, 'revokeTokens', `/api/v1/api-tokens/${encodeURIComponent(id)}`, signal);
  }
}

async function removeEntitlements(okta: Okta, { account, signal }: ActInput): Promise<void> {
  if (!(await userOf(okta, account, signal))) return;
  for (const { id } of await groupsOf(okta, account, signal)) {
    await remove(okta, 'removeEntitlements', memberPath(id, account.id), signal);
  }
}

async function restoreEntitlements(okta: Okta, { account, snapshot, signal }: ActInput): Promise<void> {
  for (const { id } of snapshot?.entitlements ?? []) {
    const answer = await okta.http.act({ method: 'PUT', path: memberPath(id, account.id), signal });
    // A group that is gone cannot be given back; the others can, and the look shows what is missing.
    accepted(answer, `${okta.id}: restoreEntitlements`, [404]);
  }
}

/** The first deletion deactivates a user that is not yet deprovisioned, the second deletes. */
async function deleteUser(okta: Okta, { account, signal }: ActInput): Promise<void> {
  await notOurOwn(okta, 'delete', account, signal);
  await remove(okta, 'delete', userPath(account), signal);
  await remove(okta, 'delete', userPath(account), signal);
}

/** Whatever is gone already is as it should be: 404 is silence. */
async function remove(
  { id, http }: Okta,
  operation: Operation,
  path: string,
  signal: AbortSignal,
  query: Readonly<Record<string, string>> = {},
): Promise<void> {
  accepted(await http.act({ method: 'DELETE', path, query, signal }), `${id}: ${operation}`, [404]);
}

function memberPath(groupId: string, userId: string): string {
  return `/api/v1/groups/${encodeURIComponent(groupId)}/users/${encodeURIComponent(userId)}`;
}
