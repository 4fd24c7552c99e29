import { expect, it, onTestFinished } from 'vitest';
import { google } from '#engine/connectors/google/google.ts';
import { createHttp } from '#engine/http/client.ts';
import { openGoogle } from '#local/company/google.ts';
import { googleId } from '#local/company/google-state.ts';
import { memoryKeep } from '#local/company/keep.ts';
import { people } from '#local/company/people.ts';
import type { Account } from '#model/account.ts';
import { Identity } from '#model/identity.ts';
import { connectorContract } from '../../connector-contract.ts';
import { vendorJudge } from '../../world/vendor-check.ts';

const judge = await vendorJudge('google-admin-directory_v1.json');
const signal = AbortSignal.timeout(60_000);

async function openWorld() {
  const double = await openGoogle({ keep: memoryKeep(), people, pageSize: 2 });
  const settings = google.settings.parse({ url: double.url, token: double.token });
  const connector = google.connect('google', settings, createHttp({ allow: 'loopback' }));
  const close = async () => {
    await double.close();
    expect(judge(double.journal)).toEqual([]);
  };
  return { double, connector, close };
}

async function testWorld() {
  const world = await openWorld();
  onTestFinished(world.close);
  return { ...world, account: accountOf('1010'), user: () => world.double.state.users.get(googleId('1010')) };
}

const accountOf = (personId: string): Account => ({
  connector: 'google',
  id: googleId(personId),
  handle: people.find(({ id }) => id === personId)?.email ?? '',
});

function identity(name: string, more: Partial<Identity> = {}): Identity {
  const email = `${name.toLowerCase().replace(' ', '.')}@brightwater.example`;
  return Identity.parse({ id: name, displayName: name, email, ...more });
}

const dana = identity('Dana Reyes', { aliases: ['dreyes@brightwater.example'] });

connectorContract('google', async () => {
  const { double, connector, close } = await openWorld();
  return {
    connector,
    leaver: dana,
    stranger: identity('Leo Brandt'),
    nobody: identity('Nobody Here'),
    never: { connector: 'google', id: '119999000000000000000', handle: 'never' },
    secrets: [double.token],
    // Google says nothing of how long to wait; the client then takes a minute.
    faults: { dial: double.dial, throttleMs: undefined },
    paged: async () => {
      const { entitlements = [] } = await connector.observe(accountOf('1010'), signal);
      const theirs = double.state.groups
        .values()
        .filter(({ members }) => members.some(({ id }) => id === googleId('1010')));
      return {
        seen: entitlements.map(({ id }) => id),
        there: theirs.map(({ id }) => `group:${id}`),
        pages: double.journal.filter(({ url }) => url.includes('/groups?')).length,
      };
    },
    close,
  };
});

it('offers no step whose goal Google cannot show', async () => {
  const { connector, account } = await testWorld();

  expect(connector.operations.revokeSessions).toBeUndefined();
  expect(await connector.observe(account, signal)).not.toHaveProperty('sessions');
});

it('shows tokens, app passwords and groups with the role', async () => {
  const { connector, account, double } = await testWorld();
  const user = double.state.users.get(account.id);
  if (!user) throw new Error('Dana is not seeded');
  double.state.users.set(account.id, { ...user, asps: [{ codeId: 7, name: 'Phone', creationTime: '1767225600000' }] });

  const seen = await connector.observe(account, signal);

  expect(seen.tokens?.map(({ name }) => name)).toEqual([
    ...user.tokens.map((one) => one.displayText),
    'app password "Phone"',
  ]);
  expect(seen.entitlements?.map(({ name, role }) => [name, role])).toEqual([
    ['everybody@brightwater.example', 'MEMBER'],
    ['engineering@brightwater.example', 'MEMBER'],
    ['oncall@brightwater.example', 'MANAGER'],
  ]);
});

it('finds an account by its alias, once', async () => {
  const { connector, account } = await testWorld();
  const byAlias = identity('Dana R', { email: 'dreyes@brightwater.example' });

  expect(await Array.fromAsync(connector.findAccounts(byAlias, signal))).toEqual([account]);
  expect(await Array.fromAsync(connector.findAccounts(dana, signal))).toEqual([account]);
});

it('signs out with the suspension', async () => {
  const { connector, account, user } = await testWorld();

  await connector.operations.suspend?.({ account, signal });

  expect(user()).toMatchObject({ suspended: true, sessions: 0 });
});

it('voids the backup codes with the tokens, and revokes the tokens also of a suspended user', async () => {
  const { connector, account, double, user } = await testWorld();
  const other = accountOf('1011');
  await connector.operations.suspend?.({ account: other, signal });

  await connector.operations.revokeTokens?.({ account, signal });
  await connector.operations.revokeTokens?.({ account: other, signal });

  expect(user()).toMatchObject({ backupCodes: 0, tokens: [], asps: [] });
  expect(double.state.users.get(other.id)).toMatchObject({ backupCodes: 10, tokens: [], asps: [] });
});

it('leaves every group that it can, and names the one that a rule decides', async () => {
  const { connector, account, double } = await testWorld();
  double.state.groups.set('03dynamic', {
    id: '03dynamic',
    email: 'senior@brightwater.example',
    name: 'Senior',
    members: [{ id: account.id, role: 'MEMBER' }],
    dynamic: true,
  });

  await expect(connector.operations.removeEntitlements?.({ account, signal })).rejects.toMatchObject({
    name: 'Refused',
    message: expect.stringContaining('senior@brightwater.example'),
  });
  expect((await connector.observe(account, signal)).entitlements).toMatchObject([{ id: 'group:03dynamic' }]);
});

it('takes administrator roles away and gives them back', async () => {
  const { connector } = await testWorld();
  const account = accountOf('1008');
  const snapshot = await connector.observe(account, signal);

  await connector.operations.removeEntitlements?.({ account, signal });
  const without = await connector.observe(account, signal);
  await connector.operations.restoreEntitlements?.({ account, snapshot, signal });

  expect(snapshot.entitlements?.some(({ id }) => id === 'adminRole:3101:CUSTOMER:')).toBe(true);
  expect(without.entitlements).toEqual([]);
  expect((await connector.observe(account, signal)).entitlements).toEqual(snapshot.entitlements);
});

it.each([
  { fault: { ignoreFilter: true }, list: 'groups' },
  { fault: { wrongRow: true }, list: 'groups' },
  { fault: { ignoreFilter: true }, list: 'roles' },
  { fault: { wrongRow: true }, list: 'roles' },
] as const)("proves nothing by somebody else's rights: $list, $fault", async ({ fault, list }) => {
  const { connector, account, double } = await testWorld();
  const { groups, roles } = double.state;
  if (list === 'roles') for (const { id } of groups.values()) groups.delete(id);
  else for (const { roleAssignmentId } of roles.values()) roles.delete(roleAssignmentId);
  Object.assign(double.dial, fault);

  // Two answers about a group that disagree may be a matter of time; a role of somebody else is not.
  const name = list === 'groups' ? 'Unavailable' : 'Ambiguous';
  await expect(connector.observe(account, signal)).rejects.toMatchObject({ name });
});

it('does not take a wrong base URL for an absent user', async () => {
  const { account, double } = await testWorld();
  const settings = google.settings.parse({ url: `${double.url}/wrong`, token: double.token });
  const astray = google.connect('google', settings, createHttp({ allow: 'loopback' }));

  await expect(astray.observe(account, signal)).rejects.toMatchObject({ name: 'Refused' });
  await expect(Array.fromAsync(astray.findAccounts(dana, signal))).rejects.toMatchObject({ name: 'Refused' });
  double.journal.length = 0;
});
