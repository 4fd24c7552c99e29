import { z } from 'zod';
import { SecretText } from '#model/secret.ts';
import type { HttpAnswer } from '../../http.ts';
import type { ActInput, Connector, ConnectorDefinition } from '../connector.ts';
import { Refused, Unsupported } from '../errors.ts';
import { accepted, understood } from '../understood.ts';
import { accountsOf, groupsOf, observe, quoted, userOf, userPath, UserList, type Scim } from './look.ts';

const Settings = z.strictObject({
  /** What people call the target system. */
  name: z.string().min(1).max(80),
  /** With the base path, as in https://example.com/scim/v2. */
  url: z.url(),
  token: SecretText,
});

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** What servers answer to a form of a request that they do not know. */
const unknownForm = [400, 405, 501];

/** Any target system with SCIM 2.0 (RFC 7643, RFC 7644). Groups are its entitlements; it cannot end sessions or tokens. */
export const scim: ConnectorDefinition<typeof Settings> = {
  kind: 'scim',
  settings: Settings,
  connect(id, { name, url, token }, openHttp): Connector {
    const headers = async () => ({ authorization: `Bearer ${token.reveal()}`, accept: 'application/scim+json' });
    const scim: Scim = { id, http: openHttp({ connector: id, baseUrl: url, headers }) };
    return {
      id,
      name,
      check: async (signal) => {
        const answer = await scim.http.look({ method: 'GET', path: '/Users', query: { count: '1' }, signal });
        understood(UserList, answer, `${id}: check: the users`);
      },
      findAccounts: (identity, signal) => accountsOf(scim, identity, signal),
      observe: (account, signal) => observe(scim, account, signal),
      operations: {
        suspend: (input) => setActive(scim, input, false),
        removeEntitlements: (input) => removeEntitlements(scim, input),
        delete: (input) => deleteUser(scim, input),
        unsuspend: (input) => setActive(scim, input, true),
        restoreEntitlements: (input) => restoreEntitlements(scim, input),
      },
      notes: {
        suspend: `Whether ${name} also ends open sessions cannot be seen through SCIM.`,
        delete: `${name} deletes the user; through SCIM it cannot be brought back.`,
      },
    };
  },
};

/** Tries the three forms that servers know, from the smallest change to the whole user. */
async function setActive(scim: Scim, { account, signal }: ActInput, active: boolean): Promise<void> {
  const operation = active ? 'unsuspend' : 'suspend';
  const user = await userOf(scim, account, signal);
  if (!user && active) {
    throw new Unsupported(
      `${scim.id}: unsuspend: the user is gone, and SCIM cannot bring it back. Nothing was changed. Create the user there by hand.`,
    );
  }
  if (!user || (user.active ?? true) === active) return;

  const path = userPath(account);
  for (const change of [
    { op: 'replace', path: 'active', value: active },
    { op: 'replace', value: { active } },
  ]) {
    const answer = await patch(scim, path, change, signal);
    if (!unknownForm.includes(answer.status)) return accepted(answer, `${scim.id}: ${operation}`, [404]);
  }
  accepted(await putActive(scim, path, active, signal), `${scim.id}: ${operation}`, [404]);
}

/** Sends the whole user back, because what a PUT leaves out is deleted (RFC 7644 section 3.5.1). */
async function putActive(scim: Scim, path: string, active: boolean, signal: AbortSignal): Promise<HttpAnswer> {
  const whole = await scim.http.look({ method: 'GET', path, signal });
  const { meta, ...user } = understood(WholeUser, whole, `${scim.id}: the user`);
  // Without the version it was read at, somebody else's change in between would be undone.
  const ifMatch = meta?.version ? { 'if-match': meta.version } : {};
  const headers = { 'content-type': 'application/scim+json', ...ifMatch };
  return scim.http.act({ method: 'PUT', path, headers, body: { ...user, active }, signal });
}

async function removeEntitlements(scim: Scim, { account, signal }: ActInput): Promise<void> {
  const user = await userOf(scim, account, signal);
  const groups = user ? await groupsOf(scim, account, user, signal) : [];
  if (!groups) {
    throw new Refused(
      `${scim.id}: removeEntitlements: the server does not show who is in its groups. Nothing was changed. Remove the groups there by hand.`,
    );
  }
  for (const { id } of groups) {
    const path = groupPath(id);
    const filtered = { op: 'remove', path: `members[value eq "${quoted(account.id)}"]` };
    const listed = { op: 'remove', path: 'members', value: [{ value: account.id }] };
    const answer = await patch(scim, path, filtered, signal);
    const last = unknownForm.includes(answer.status) ? await patch(scim, path, listed, signal) : answer;
    accepted(last, `${scim.id}: removeEntitlements: the group`, [404]);
  }
}

async function restoreEntitlements(scim: Scim, { account, snapshot, signal }: ActInput): Promise<void> {
  for (const { id } of snapshot?.entitlements ?? []) {
    const change = { op: 'add', path: 'members', value: [{ value: account.id }] };
    // A group that is gone cannot be given back; the others can, and the look shows what is missing.
    accepted(await patch(scim, groupPath(id), change, signal), `${scim.id}: restoreEntitlements: the group`, [404]);
  }
}

async function deleteUser(scim: Scim, { account, signal }: ActInput): Promise<void> {
  accepted(await scim.http.act({ method: 'DELETE', path: userPath(account), signal }), `${scim.id}: delete`, [404]);
}

/** Operators in lower case, which every server takes. */
function patch(scim: Scim, path: string, change: object, signal: AbortSignal): Promise<HttpAnswer> {
  const body = { schemas: [patchSchema], Operations: [change] };
  return scim.http.act({ method: 'PATCH', path, headers: { 'content-type': 'application/scim+json' }, body, signal });
}

function groupPath(id: string): string {
  return `/Groups/${encodeURIComponent(id)}`;
}

const WholeUser = z.looseObject({
  id: z.string(),
  meta: z.looseObject({ version: z.string().max(500).optional() }).optional(),
});
