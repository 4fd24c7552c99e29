import { expect, it, onTestFinished } from 'vitest';
import { github } from '#engine/connectors/github/github.ts';
import { createHttp } from '#engine/http/client.ts';
import { rules } from '#engine/stages.ts';
import type { JournalEntry } from '#local/company/double.ts';
import { openGitHub } from '#local/company/git-hub.ts';
import { gitHubId } from '#local/company/git-hub-state.ts';
import { memoryKeep } from '#local/company/keep.ts';
import { people } from '#local/company/people.ts';
import { Identity } from '#model/identity.ts';
import { connectorContract } from '../../connector-contract.ts';
import { vendorJudge } from '../../world/vendor-check.ts';

const judge = await vendorJudge('github-ghec.json');
const signal = AbortSignal.timeout(60_000);

/** What GitHub documents elsewhere than in the trimmed description is left out or judged by its nearest kin. */
function judged(journal: readonly JournalEntry[]): string[] {
  return judge(
    journal
      .filter(({ url, method }) => url !== '/graphql' && !(method === 'PUT' && url.includes('/teams/')))
      .map((entry) => ({
        ...entry,
        // A user by id answers as a user by login does; a list of values is asked for in Rails' form.
        url: entry.url.replace(/^\/user\/(\d+)$/, '/users/$1').replace('owner%5B%5D=', 'owner='),
        // A 403 of the dial may strike anywhere, described or not.
        ...(entry.status === 403 && { status: undefined }),
      })),
  );
}

async function openWorld(settings: object = {}, acceptsAtOnce = false) {
  const double = await openGitHub({ keep: memoryKeep(), people, pageSize: 2, acceptsAtOnce });
  const given = { url: double.url, organization: double.organization, token: double.token, ...settings };
  const connector = github.connect('github', github.settings.parse(given), createHttp({ allow: 'loopback' }));
  const close = async () => {
    await double.close();
    expect(judged(double.journal)).toEqual([]);
  };
  return { double, connector, close };
}

async function testWorld(settings: object = {}) {
  const world = await openWorld(settings);
  onTestFinished(world.close);
  const account = { connector: 'github', id: String(gitHubId('1010')), handle: 'dana-codes' };
  const user = (id: string) => world.double.state.users.get(String(gitHubId(id))) ?? { id: 0, login: '' };
  return { ...world, account, user };
}

function identity(name: string, more: Partial<Identity> = {}): Identity {
  const email = `${name.toLowerCase().replace(' ', '.')}@brightwater.example`;
  return Identity.parse({ id: name, displayName: name, email, ...more });
}

const dana = identity('Dana Reyes', { aliases: ['dreyes@brightwater.example'] });

connectorContract('github', async () => {
  const { double, connector, close } = await openWorld({}, true);
  return {
    connector,
    leaver: dana,
    stranger: identity('Leo Brandt'),
    nobody: identity('Bianca Rossi'),
    never: { connector: 'github', id: '999999999', handle: 'never' },
    secrets: [double.token],
    faults: { dial: double.dial, throttleMs: 5_000 },
    paged: async () => {
      const account = { connector: 'github', id: String(gitHubId('1010')), handle: 'dana-codes' };
      const { tokens = [] } = await connector.observe(account, signal);
      const lists = double.journal.filter(({ url }) => url.includes('/credential-authorizations'));
      const theirs = double.state.credentials.values().filter(({ userId }) => userId === gitHubId('1010'));
      return {
        seen: tokens.filter(({ id }) => id.startsWith('credential:')).map(({ id }) => id),
        there: theirs.map(({ id }) => `credential:${id}`),
        pages: lists.length,
      };
    },
    close,
  };
});

it('offers what an organization can do, and no suspension', async () => {
  const { connector } = await testWorld();

  expect(Object.keys(connector.operations)).toEqual(['revokeTokens', 'removeEntitlements', 'restoreEntitlements']);
  expect(connector.notes?.removeEntitlements).toContain('private forks');
});

it('shows membership and teams with their roles, and tokens of both kinds', async () => {
  const { connector, account } = await testWorld();

  const seen = await connector.observe(account, signal);

  expect(seen.status).toBe('active');
  expect(seen.entitlements).toEqual([
    { id: 'membership', name: 'organization member', role: 'member' },
    { id: 'team:9001', name: 'engineering', role: 'member' },
    { id: 'team:9004', name: 'platform', role: 'maintainer' },
  ]);
  expect(seen.tokens?.map(({ name }) => name).sort()).toEqual([
    'OAuth app token "desktop client"',
    'SSH key "workstation key"',
    'fine-grained token "release script"',
    'personal access token "laptop"',
  ]);
});

it('counts an invitation as access, and not as the membership that an undo gives back', async () => {
  const { connector, account, double } = await testWorld();
  const snapshot = await connector.observe(account, signal);
  const since = snapshot.at;
  await connector.operations.removeEntitlements?.({ account, signal });

  await connector.operations.restoreEntitlements?.({ account, snapshot, signal });
  const invited = await connector.observe(account, signal);
  double.accept('dana-codes');
  const accepted = await connector.observe(account, signal);

  expect(invited).toMatchObject({ status: 'active', entitlements: [{ id: 'invitation' }] });
  expect(rules.restoreEntitlements.done(invited, { since, snapshot })).toBe(false);
  expect(rules.removeEntitlements.done(invited, { since, snapshot })).toBe(false);
  expect(rules.restoreEntitlements.done(accepted, { since, snapshot })).toBe(true);
});

it('takes an invitation back', async () => {
  const { connector, account, double } = await testWorld();
  double.state.members.set(account.id, { userId: Number(account.id), role: 'member', state: 'pending' });

  await connector.operations.removeEntitlements?.({ account, signal });

  expect((await connector.observe(account, signal)).status).toBe('absent');
});

it('does not remove the last owner, and says what to do', async () => {
  const { connector, user } = await testWorld();
  const account = { connector: 'github', id: String(user('1002').id), handle: 'tlindqvist' };

  await expect(connector.operations.removeEntitlements?.({ account, signal })).rejects.toMatchObject({
    name: 'Refused',
    message: expect.stringMatching(/last owner.*Nothing was changed.*Make somebody else an owner/),
  });
  expect((await connector.observe(account, signal)).status).toBe('active');
});

it('follows a person who took another login, and leaves alone who took the old one', async () => {
  const { connector, account, double, user } = await testWorld();
  const leo = { connector: 'github', id: String(user('1011').id), handle: 'leobrandt' };
  double.state.users.set(account.id, { ...user('1010'), login: 'dana-new' });
  double.state.users.set(leo.id, { ...user('1011'), login: 'dana-codes' });

  expect((await connector.observe(account, signal)).status).toBe('active');
  await connector.operations.revokeTokens?.({ account, signal });
  await connector.operations.removeEntitlements?.({ account, signal });

  expect((await connector.observe(account, signal)).status).toBe('absent');
  expect(await connector.observe(leo, signal)).toMatchObject({
    status: 'active',
    tokens: [{}],
    entitlements: [{ id: 'membership' }, { id: 'team:9001' }],
  });
});

it('gives a team back by its id when its name has gone to another team', async () => {
  const { connector, account, double } = await testWorld();
  const snapshot = await connector.observe(account, signal);
  await connector.operations.removeEntitlements?.({ account, signal });
  const { teams } = double.state;
  teams.set('9004', { id: 9004, slug: 'infrastructure', members: [] });
  teams.set('9005', { id: 9005, slug: 'platform', members: [] });

  await connector.operations.restoreEntitlements?.({ account, snapshot, signal });

  expect(teams.get('9004')?.members).toMatchObject([{ userId: Number(account.id) }]);
  expect(teams.get('9005')?.members).toEqual([]);
});

it('sees an outside collaborator, removes the person, and does not pretend to give repositories back', async () => {
  const login = 'dana-codes';
  const { connector, account, double } = await testWorld({ logins: { 'Dana.Reyes@brightwater.example': login } });
  double.state.members.delete(account.id);
  double.state.outside.set(account.id, { userId: Number(account.id) });

  const found = await Array.fromAsync(connector.findAccounts(dana, signal));
  const snapshot = await connector.observe(account, signal);
  await connector.operations.removeEntitlements?.({ account, signal });

  expect(found).toEqual([account]);
  expect(snapshot).toMatchObject({ status: 'active', entitlements: [{ id: 'outsideCollaborator' }] });
  expect((await connector.observe(account, signal)).status).toBe('absent');
  await expect(connector.operations.restoreEntitlements?.({ account, snapshot, signal })).rejects.toMatchObject({
    name: 'Unsupported',
  });
});

it('does not take an organization that it cannot see for an absent person', async () => {
  const { connector, account, double } = await testWorld({ organization: 'elsewhere' });

  await expect(connector.observe(account, signal)).rejects.toMatchObject({ name: 'Refused' });
  await expect(Array.fromAsync(connector.findAccounts(dana, signal))).rejects.toMatchObject({ name: 'Refused' });
  double.journal.length = 0;
});

it('says that it cannot know whose logins these are where there is no single sign-on', async () => {
  const { connector, double } = await testWorld();
  for (const { userId } of double.state.links.values()) double.state.links.delete(String(userId));

  await expect(Array.fromAsync(connector.findAccounts(dana, signal))).rejects.toMatchObject({
    name: 'Refused',
    message: expect.stringContaining('list the logins'),
  });
});

it('finds no account of who never linked a login', async () => {
  const { connector, account, double } = await testWorld();
  double.state.users.delete(account.id);

  expect(await Array.fromAsync(connector.findAccounts(dana, signal))).toEqual([]);
});

it.each([
  { fault: { ignoreFilter: true }, list: 'credentials' },
  { fault: { wrongRow: true }, list: 'credentials' },
  { fault: { ignoreFilter: true }, list: 'fineGrained' },
  { fault: { wrongRow: true }, list: 'fineGrained' },
] as const)("takes nobody else's tokens for the leaver's: $list, $fault", async ({ fault, list }) => {
  const { connector, account, double } = await testWorld();
  const other = double.state[list === 'credentials' ? 'fineGrained' : 'credentials'];
  for (const { id } of other.values()) other.delete(String(id));
  const before = double.state[list].values();
  Object.assign(double.dial, fault);

  await expect(connector.observe(account, signal)).rejects.toMatchObject({ name: 'Ambiguous' });
  await expect(connector.operations.revokeTokens?.({ account, signal })).rejects.toMatchObject({ name: 'Ambiguous' });
  expect(double.state[list].values()).toEqual(before);
});

it("does not revoke the connector's own token", async () => {
  const { connector, account, double } = await testWorld();
  const own = { id: 1, userId: Number(account.id), type: 'personal access token', title: 'exeunt' } as const;
  double.state.credentials.set('1', { ...own, lastEight: double.token.slice(-8) });

  await expect(connector.operations.revokeTokens?.({ account, signal })).rejects.toMatchObject({
    name: 'Refused',
    message: expect.stringContaining("connector's own token"),
  });
  expect((await connector.observe(account, signal)).tokens).toHaveLength(5);
});

it('leaves tokens unknown, and offers to revoke none, where by the settings there is no list of them', async () => {
  const logins = { 'dana.reyes@brightwater.example': 'dana-codes' };
  const { connector, account } = await testWorld({ singleSignOn: false, fineGrainedTokens: false, logins });

  expect(await Array.fromAsync(connector.findAccounts(dana, signal))).toEqual([account]);
  expect(await Array.fromAsync(connector.findAccounts(identity('Leo Brandt'), signal))).toEqual([]);
  expect(await connector.observe(account, signal)).not.toHaveProperty('tokens');
  expect(connector.operations.revokeTokens).toBeUndefined();
});

it('accepts no settings under which nothing proves a login', () => {
  const settings = { organization: 'brightwater', token: 'x', singleSignOn: false };

  expect(github.settings.safeParse(settings).error?.issues).toMatchObject([{ path: ['logins'] }]);
});
