import { createServer, type IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { scim } from '#engine/connectors/scim/scim.ts';
import { createHttp } from '#engine/http/client.ts';
import { memoryKeep } from '#local/company/keep.ts';
import { people } from '#local/company/people.ts';
import { scimUserId } from '#local/company/scim-seed.ts';
import { openScim } from '#local/company/scim.ts';
import { Identity } from '#model/identity.ts';
import { connectorContract } from '../../connector-contract.ts';

const signal = AbortSignal.timeout(60_000);
const openHttp = createHttp({ allow: 'loopback' });

function connect(url: string, token = 'sesame-token') {
  return scim.connect('ledgerly', scim.settings.parse({ name: 'Ledgerly', url, token }), openHttp);
}

function identity(name: string): Identity {
  return Identity.parse({
    id: name,
    displayName: name,
    email: `${name.toLowerCase().replace(' ', '.')}@brightwater.example`,
  });
}

async function openWorld(userShowsGroups: boolean) {
  const double = await openScim({ keep: memoryKeep(), people, userShowsGroups });
  return { double, connector: connect(double.url, double.token) };
}

const dana = { connector: 'ledgerly', id: scimUserId('1010'), handle: 'dana.reyes@brightwater.example' };

for (const userShowsGroups of [true, false]) {
  connectorContract(userShowsGroups ? 'scim' : 'scim without groups on its users', async () => {
    const { double, connector } = await openWorld(userShowsGroups);
    return {
      connector,
      leaver: identity('Dana Reyes'),
      stranger: identity('Leo Brandt'),
      nobody: identity('Harriet Bloom'),
      never: { ...dana, id: scimUserId('9999') },
      secrets: [double.token],
      faults: { dial: double.dial, throttleMs: 15_000 },
      ...(userShowsGroups ? {} : { paged: () => groupsOverPages(double, connector) }),
      close: () => double.close(),
    };
  });
}

async function groupsOverPages(double: Awaited<ReturnType<typeof openScim>>, connector: ReturnType<typeof connect>) {
  const members = [{ value: dana.id }];
  for (let index = 0; index < 120; index++)
    double.state.groups.set(`g${index}`, { id: `g${index}`, displayName: `g${index}`, members });
  const before = double.journal.length;
  const seen = (await connector.observe(dana, signal)).entitlements?.map(({ id }) => id) ?? [];
  const pages = double.journal.slice(before).filter(({ url }) => url.includes('/Groups')).length;
  const there = double.state.groups.values().filter((group) => group.members?.some(({ value }) => value === dana.id));
  return { seen, there: there.map(({ id }) => id), pages };
}

it('says nothing of sessions and tokens, which SCIM does not know, and can end neither', async () => {
  const { double, connector } = await openWorld(true);
  onTestFinished(() => double.close());

  expect(Object.keys(await connector.observe(dana, signal)).sort()).toEqual(['at', 'entitlements', 'status']);
  expect(Object.keys(connector.operations).sort()).toEqual([
    'delete',
    'removeEntitlements',
    'restoreEntitlements',
    'suspend',
    'unsuspend',
  ]);
});

it('escapes what it puts into a filter', async () => {
  const { double, connector } = await openWorld(true);
  onTestFinished(() => double.close());
  const tricky = { ...identity('Nobody'), email: 'x" or userName sw "d\\' };

  const answer = await Array.fromAsync(connector.findAccounts(tricky, signal)).catch((error: unknown) => error);

  expect(answer).toMatchObject({ name: 'Refused' });
  const { url = '' } = double.journal.at(-1) ?? {};
  expect(new URL(url, 'http://x').searchParams.get('filter')).toBe(String.raw`userName eq "x\" or userName sw \"d\\"`);
});

it.each([{ ignoreFilter: true }, { wrongRow: true }])(
  'calls a search that finds others ambiguous: %o',
  async (fault) => {
    const { double, connector } = await openWorld(true);
    onTestFinished(() => double.close());
    Object.assign(double.dial, fault);

    await expect(Array.fromAsync(connector.findAccounts(identity('Dana Reyes'), signal))).rejects.toMatchObject({
      name: 'Ambiguous',
    });
  },
);

it('takes no ignored filter for membership in every group', async () => {
  const { double, connector } = await openWorld(false);
  onTestFinished(() => double.close());
  double.state.groups.set('others', { id: 'others', displayName: 'Others', members: [{ value: scimUserId('1011') }] });
  double.dial.ignoreFilter = true;

  expect((await connector.observe(dana, signal)).entitlements?.map(({ name }) => name)).toEqual(['Expense submitters']);
});

it('takes an empty group for empty where the server shows the members of others, and for unknown where it shows none', async () => {
  const { double, connector } = await openWorld(true);
  onTestFinished(() => double.close());
  for (const group of double.state.groups.values())
    double.state.groups.set(group.id, {
      ...group,
      members: (group.members ?? []).filter(({ value }) => value !== dana.id),
    });
  double.state.groups.set('empty', { id: 'empty', displayName: 'Empty' });

  expect((await connector.observe(dana, signal)).entitlements).toEqual([]);

  for (const { id, displayName } of double.state.groups.values()) double.state.groups.set(id, { id, displayName });
  expect((await connector.observe(dana, signal)).entitlements).toBeUndefined();
});

it('does not take a wrong base URL for an absent user', async () => {
  const { double } = await openWorld(true);
  onTestFinished(() => double.close());

  await expect(connect(double.url.replace('/v2', '/v9'), double.token).observe(dana, signal)).rejects.toMatchObject({
    name: 'Unavailable',
  });
});

/** A server that refuses the forms it does not know; its only user has a version and an attribute of its own. */
async function openPeculiar(knows: { path: boolean; noPath: boolean }) {
  let user: Record<string, unknown> = {
    id: '7',
    userName: 'ana@b.example',
    active: true,
    nickName: 'Anni',
    meta: { version: 'W/"3"' },
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => response.writeHead(status).end(body && JSON.stringify(body)));
  });
  async function answer(request: IncomingMessage): Promise<[number, unknown?]> {
    const text = Buffer.concat(await Array.fromAsync(request)).toString('utf8');
    const body = text === '' ? undefined : JSON.parse(text);
    if (request.method === 'GET') return request.url === '/Users/7' ? [200, user] : [200, { totalResults: 0 }];
    const form = request.method === 'PUT' ? 'put' : body.Operations[0].path ? 'path' : 'noPath';
    asked.push(form);
    if (form === 'put') {
      if (request.headers['if-match'] !== 'W/"3"') return [412];
      user = { ...body, meta: user['meta'] };
      return [200, user];
    }
    if (!knows[form === 'path' ? 'path' : 'noPath']) return [form === 'path' ? 400 : 501];
    user = { ...user, active: form === 'path' ? body.Operations[0].value : body.Operations[0].value.active };
    return [204];
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    connector: connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`),
    asked,
    user: () => user,
  };
}

it.each([
  { knows: { path: true, noPath: false }, forms: ['path'] },
  { knows: { path: false, noPath: true }, forms: ['path', 'noPath'] },
  { knows: { path: false, noPath: false }, forms: ['path', 'noPath', 'put'] },
])('suspends in a form that the server knows, and keeps what else the user has: $forms', async ({ knows, forms }) => {
  const { connector, asked, user } = await openPeculiar(knows);
  const account = { connector: 'ledgerly', id: '7', handle: 'ana' };

  await connector.operations.suspend?.({ account, signal });

  expect(asked).toEqual(forms);
  expect(user()).toMatchObject({ active: false, nickName: 'Anni', userName: 'ana@b.example' });
  expect((await connector.observe(account, signal)).status).toBe('suspended');
});
