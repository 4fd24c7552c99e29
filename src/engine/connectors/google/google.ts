import type { Holding } from '#model/account.ts';
import type { Operation } from '#model/plan.ts';
import type { ActInput, Connector, ConnectorDefinition } from '../connector.ts';
import { Refused } from '../errors.ts';
import { accepted } from '../understood.ts';
import {
  accountsOf,
  anyUser,
  base,
  GoogleSettings,
  memberPath,
  observe,
  rolesOf,
  tokensOf,
  userOf,
  userPath,
  type Google,
} from './look.ts';

/**
 * Google Workspace, through the Directory API (developers.google.com/admin-sdk/directory/reference/rest). It takes an
 * access token as it is and cannot renew it; signing one's own by domain-wide delegation is not here yet. Scopes:
 * admin.directory.user, .user.security, .group, .group.member and .rolemanagement.
 *
 * There is no `revokeSessions`: Google shows an administrator no sessions, so that such a step could only ever end as
 * unproven and ask people for a proof that nobody has. Signing out is a part of `suspend`, whose goal can be read, and
 * suspending resets the sign-in cookies by itself ("Sign a user out of a managed Google Account", support.google.com/a).
 * What that leaves, applications that hold tokens such as mail clients, goes with `revokeTokens`.
 */
export const google: ConnectorDefinition<typeof GoogleSettings> = {
  kind: 'google',
  settings: GoogleSettings,
  connect(id, settings, openHttp): Connector {
    const http = openHttp({
      connector: id,
      baseUrl: settings.url,
      headers: async () => ({ authorization: `Bearer ${settings.token.reveal()}` }),
    });
    const google: Google = { id, settings, http };
    return {
      id,
      name: 'Google Workspace',
      // A change shows within seconds to a minute.
      settleMs: 10_000,
      check: (signal) => check(google, signal),
      findAccounts: (identity, signal) => accountsOf(google, identity, signal),
      observe: (account, signal) => observe(google, account, signal),
      operations: {
        suspend: (input) => suspend(google, input),
        revokeTokens: (input) => revokeTokens(google, input),
        removeEntitlements: (input) => removeEntitlements(google, input),
        delete: (input) => deleteUser(google, input),
        unsuspend: (input) => setSuspended(google, input, false),
        restoreEntitlements: (input) => restoreEntitlements(google, input),
      },
      notes: {
        suspend:
          'Also signs the person out of web and device sessions, which Google does not show: only the suspension is proved.',
        revokeTokens:
          'Applications that the person let in must be let in anew; app passwords and backup codes are gone for good.',
        delete: 'Mail, files and calendars go with the account; Google can restore it for about 20 days.',
      },
    };
  },
};

/** Reads each list that an offboarding will need, of any user. */
async function check(google: Google, signal: AbortSignal): Promise<void> {
  const id = await anyUser(google, signal);
  if (id) await observe(google, { connector: google.id, id, handle: id }, signal);
}

/** Suspends first: whatever becomes of the sign-out, nobody gets in any more. */
async function suspend(google: Google, input: ActInput): Promise<void> {
  await setSuspended(google, input, true);
  // Whatever else Google says of a sign-out of somebody who is suspended, there is nobody left to sign out.
  await post(google, input, 'suspend', 'signOut', [400, 404, 412]);
}

async function post(
  google: Google,
  { account, signal }: ActInput,
  operation: Operation,
  what: string,
  alsoFine: readonly number[],
): Promise<void> {
  const answer = await google.http.act({ method: 'POST', path: `${userPath(account.id)}/${what}`, signal });
  accepted(answer, `${google.id}: ${operation}: ${what}`, alsoFine);
}

/** PUT changes only what it is given here, which Google prefers over PATCH. */
async function setSuspended(google: Google, { account, signal }: ActInput, suspended: boolean): Promise<void> {
  const path = userPath(account.id);
  const answer = await google.http.act({ method: 'PUT', path, body: { suspended }, signal });
  accepted(answer, `${google.id}: ${suspended ? 'suspend' : 'unsuspend'}`);
}

/**
 * The codes come last: they cannot be read back, and Google refuses to void them for a suspended user. Then they open
 * nothing, and after an undo they are again what they were: the person's own.
 */
async function revokeTokens(google: Google, input: ActInput): Promise<void> {
  const { account, signal } = input;
  for (const { path } of await tokensOf(google, account, signal)) {
    const answer = await google.http.act({ method: 'DELETE', path, signal });
    accepted(answer, `${google.id}: revokeTokens: one of the tokens`, [404]);
  }
  await post(google, input, 'revokeTokens', 'verificationCodes/invalidate', [400, 404, 412]);
}

async function removeEntitlements(google: Google, { account, signal }: ActInput): Promise<void> {
  const { entitlements = [] } = await observe(google, account, signal);
  const roles = await rolesOf(google, account, signal);
  const stuck: string[] = [];
  for (const { path, holding } of [
    // Roles first: they are the graver right.
    ...roles,
    ...entitlements.flatMap((holding) => {
      const groupId = groupOf(holding);
      return groupId ? [{ path: memberPath(groupId, account.id), holding }] : [];
    }),
  ]) {
    const { status } = await google.http.act({ method: 'DELETE', path, signal });
    if (status >= 300 && status !== 404) stuck.push(holding.name);
  }
  refuseStuck(google, 'removeEntitlements', stuck, 'A group whose members a rule decides is left by changing the rule');
}

async function restoreEntitlements(google: Google, { account, snapshot, signal }: ActInput): Promise<void> {
  const user = await userOf(google, account.id, signal);
  if (!user) throw new Refused(`${google.id}: restoreEntitlements: the account is gone. Undelete it first, by hand.`);
  const stuck: string[] = [];
  for (const held of snapshot?.entitlements ?? []) {
    const groupId = groupOf(held);
    const [, roleId, scopeType, orgUnitId] = held.id.split(':');
    const request = groupId
      ? {
          path: `${base}/groups/${encodeURIComponent(groupId)}/members`,
          body: { email: user.primaryEmail, role: held.role },
        }
      : {
          path: `${base}/customer/${google.settings.customer}/roleassignments`,
          body: { roleId, assignedTo: account.id, scopeType, ...(orgUnitId && { orgUnitId }) },
        };
    const { status } = await google.http.act({ method: 'POST', ...request, signal });
    // 409: holds it already.
    if (status >= 300 && status !== 409) stuck.push(held.name);
  }
  refuseStuck(google, 'restoreEntitlements', stuck, 'The others were given back');
}

function groupOf({ id }: Holding): string | undefined {
  return id.startsWith('group:') ? id.slice('group:'.length) : undefined;
}

function refuseStuck({ id }: Google, operation: string, stuck: readonly string[], hint: string): void {
  if (stuck.length === 0) return;
  const names = `${stuck.slice(0, 5).join(', ')}${stuck.length > 5 ? ` and ${stuck.length - 5} more` : ''}`;
  throw new Refused(`${id}: ${operation}: Google did not change ${names}. ${hint}. Do the rest by hand.`);
}

async function deleteUser(google: Google, { account, signal }: ActInput): Promise<void> {
  const answer = await google.http.act({ method: 'DELETE', path: userPath(account.id), signal });
  accepted(answer, `${google.id}: delete`, [404]);
}
