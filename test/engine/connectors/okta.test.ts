import { expect, it, onTestFinished } from 'vitest';
import { okta } from '#engine/connectors/okta/okta.ts';
import { createHttp } from '#engine/http/client.ts';
import { memoryKeep } from '#local/company/keep.ts';
import { openOkta } from '#local/company/okta.ts';
import { oktaUserId, type OktaStatus } from '#local/company/okta-state.ts';
import { people } from '#local/company/people.ts';
import { Identity } from '#model/identity.ts';
import { connectorContract } from '../../connector-contract.ts';
import { vendorJudge } from '../../world/vendor-check.ts';

const judge = await vendorJudge('okta-management.json');
const signal = AbortSignal.timeout(60_000);

async function openWorld() {
  const double = await openOkta({ keep: memoryKeep(), people, pageSize: 5 });
  const settings = okta.settings.parse({ url: double.url, token: double.token });
  const connector = okta.connect('okta', settings, createHttp({ allow: 'loopback' }));
  const close = async () => {
    await double.close();
    expect(judge(double.journal)).toEqual([]);
  };
  return { double, connector, close };
}

async function testWorld() {
  const world = await openWorld();
  onTestFinished(world.close);
  const account = { connector: 'okta', id: oktaUserId('1010'), handle: 'dana.reyes@brightwater.example' };
  const turn = (status: OktaStatus) => {
    const user = world.double.state.users.get(account.id);
    if (user) world.double.state.users.set(account.id, { ...user, status });
  };
  return { ...world, account, turn };
}

function identity(name: string, more: Partial<Identity> = {}): Identity {
  const email = `${name.toLowerCase().replace(' ', '.')}@brightwater.example`;
  return Identity.parse({ id: name, displayName: name, email, ...more });
}

const dana = identity('Dana Reyes', { aliases: ['dreyes@brightwater.example'] });

connectorContract('okta', async () => {
  const { double, connector, close } = await openWorld();
  return {
    connector,
    leaver: dana,
    stranger: identity('Leo Brandt'),
    nobody: identity('Nobody Here'),
    never: { connector: 'okta', id: '00unever00000000000', handle: 'never' },
    secrets: [double.token],
    faults: { dial: double.dial, throttleMs: 20_000 },
    paged: async () => {
      const before = double.journal.length;
      const seen = await Array.fromAsync(connector.identities?.(signal) ?? [], ({ email }) => email);
      return { seen, there: people.map(({ email }) => email), pages: double.journal.length - before };
    },
    close,
  };
});

it('supports all there is', async () => {
  const { connector } = await testWorld();

  expect(Object.keys(connector.operations).sort()).toEqual([
    'delete',
    'removeEntitlements',
    'restoreEntitlements',
    'revokeSessions',
    'revokeTokens',
    'suspend',
    'unsuspend',
  ]);
});

it('shows grants, API tokens and own groups, and neither Everyone nor imported groups', async () => {
  const { connector, account, double } = await testWorld();
  double.state.groups.set('00gdirectory', { id: '00gdirectory', type: 'APP_GROUP', name: 'Imported' });
  double.state.members.set('imported', { groupId: '00gdirectory', userId: account.id });

  const seen = await connector.observe(account, signal);

  expect(seen.tokens?.map(({ name }) => name).sort()).toEqual(['Notion', 'Zapier', 'dana-laptop-scripts']);
  expect(seen.entitlements?.map(({ name }) => name)).toEqual(['Engineering']);
});

it.each(['STAGED', 'PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED', 'LOCKED_OUT'] as const)(
  'refuses to deactivate instead of suspending a user who is %s',
  async (status) => {
    const { connector, account, turn } = await testWorld();
    turn(status);

    const suspending = connector.operations.suspend?.({ account, signal });

    await expect(suspending).rejects.toMatchObject({ name: 'Unsupported', message: expect.stringContaining(status) });
    expect((await connector.observe(account, signal)).status).toBe('active');
  },
);

it('counts a deprovisioned user as suspended, finds it, and does not pretend to give it back', async () => {
  const { connector, account, turn } = await testWorld();
  turn('DEPROVISIONED');

  expect(await Array.fromAsync(connector.findAccounts(dana, signal))).toEqual([account]);
  expect((await connector.observe(account, signal)).status).toBe('suspended');
  await expect(connector.operations.unsuspend?.({ account, signal })).rejects.toMatchObject({ name: 'Unsupported' });
});

it.each(['suspend', 'revokeTokens', 'delete'] as const)(
  'does not %s the user whose token it uses',
  async (operation) => {
    const { connector, account, double } = await testWorld();
    double.state.secrets.set('owner', account.id);
    const before = await connector.observe(account, signal);

    await expect(connector.operations[operation]?.({ account, signal })).rejects.toMatchObject({ name: 'Refused' });
    expect(await connector.observe(account, signal)).toEqual({ ...before, at: expect.any(String) });
  },
);

it.each([{ ignoreFilter: true }, { wrongRow: true }])(
  'calls a search that finds others ambiguous: %o',
  async (fault) => {
    const { connector, double } = await testWorld();
    Object.assign(double.dial, fault);

    await expect(Array.fromAsync(connector.findAccounts(dana, signal))).rejects.toMatchObject({ name: 'Ambiguous' });
  },
);

it('finds an account whose login or address is an alias, and calls a login with a foreign address ambiguous', async () => {
  const { connector, account, double } = await testWorld();
  const user = double.state.users.get(account.id);
  if (!user) throw new Error('Dana is not seeded');
  const [login, email] = ['DReyes@Brightwater.example', 'dana.reyes@brightwater.example'];

  double.state.users.set(account.id, { ...user, profile: { ...user.profile, login, email } });
  const found = await Array.fromAsync(connector.findAccounts(dana, signal));
  double.state.users.set(account.id, {
    ...user,
    profile: { ...user.profile, login, email: 'new.hire@brightwater.example' },
  });

  expect(found).toEqual([{ ...account, handle: login }]);
  await expect(Array.fromAsync(connector.findAccounts(dana, signal))).rejects.toMatchObject({ name: 'Ambiguous' });
});

it('does not take a wrong base URL for an absent user', async () => {
  const { connector: _unused, account, double } = await testWorld();
  const settings = okta.settings.parse({ url: `${double.url}/wrong`, token: double.token });
  const astray = okta.connect('okta', settings, createHttp({ allow: 'loopback' }));

  await expect(astray.observe(account, signal)).rejects.toMatchObject({ name: 'Unavailable' });
  double.journal.length = 0;
});

it("takes no other user's event for this user's ended sessions", async () => {
  const { connector, account, double } = await testWorld();
  const leo = { connector: 'okta', id: oktaUserId('1011'), handle: 'leo' };
  await connector.operations.revokeSessions?.({ account: leo, signal });
  double.dial.ignoreFilter = true;

  expect((await connector.observe(account, signal)).sessionsEndedAt).toBeUndefined();
  expect((await connector.observe(leo, signal)).sessionsEndedAt).toBeDefined();
});

it('lists everybody as identities, with manager, employment and aliases', async () => {
  const { connector } = await testWorld();

  const everybody = await Array.fromAsync(connector.identities?.(signal) ?? []);

  expect(everybody).toHaveLength(people.length);
  expect(everybody).toContainEqual({
    ...dana,
    id: oktaUserId('1010'),
    department: 'Engineering',
    title: 'Staff Engineer',
    managerId: oktaUserId('1009'),
  });
  expect(everybody.find(({ displayName }) => displayName === 'Rui Santos')?.employment).toBe('contractor');
});
