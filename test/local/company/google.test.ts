import { expect, it, onTestFinished } from 'vitest';
import { openGoogle } from '#local/company/google.ts';
import { googleId } from '#local/company/google-state.ts';
import { memoryKeep } from '#local/company/keep.ts';
import { people } from '#local/company/people.ts';

const v1 = '/admin/directory/v1';
const dana = `${v1}/users/${googleId('1010')}`;

async function openWorld() {
  const double = await openGoogle({ keep: memoryKeep(), people, pageSize: 5 });
  onTestFinished(() => double.close());
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(double.url + path, {
      method,
      headers: { authorization: `Bearer ${double.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { double, ask };
}

it('voids no backup codes of a suspended user', async () => {
  const { ask } = await openWorld();

  const before = await ask('POST', `${dana}/verificationCodes/invalidate`);
  await ask('PUT', dana, { suspended: true });
  const after = await ask('POST', `${dana}/verificationCodes/invalidate`);

  expect([before.status, after.status]).toEqual([204, 400]);
});

it('changes only what a PUT names', async () => {
  const { ask } = await openWorld();
  const before = await ask('GET', dana);

  await ask('PUT', dana, { suspended: true });
  await ask('PUT', dana, { suspended: false });

  expect(await ask('GET', dana)).toEqual(before);
});

it('finds a user by id, address and alias', async () => {
  const { ask } = await openWorld();
  const keys = [
    googleId('1010'),
    'dana.reyes@brightwater.example',
    'dreyes@brightwater.example',
    'nobody@brightwater.example',
  ];

  const found = await Promise.all(keys.map((key) => ask('GET', `${v1}/users/${encodeURIComponent(key)}`)));

  expect(found.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
  expect(new Set(found.slice(0, 3).map(({ body }) => body.id)).size).toBe(1);
});

it('pages by nextPageToken until there are no more', async () => {
  const { ask } = await openWorld();
  const ids: string[] = [];

  let token = '';
  do {
    const { body } = await ask(
      'GET',
      `${v1}/users?customer=my_customer&maxResults=500${token && `&pageToken=${token}`}`,
    );
    for (const { id } of body.users) ids.push(id);
    token = body.nextPageToken ?? '';
  } while (token);

  expect(ids).toEqual(people.map(({ id }) => googleId(id)));
});

it('throttles in the form of Google, which is a 403 with a reason', async () => {
  const { ask, double } = await openWorld();
  double.dial.throttle = 1;

  expect(await ask('GET', dana)).toMatchObject({
    status: 403,
    body: { error: { errors: [{ reason: 'userRateLimitExceeded' }] } },
  });
});

it('says what is done already as Google says it: 404 for what is gone, 409 for who is in', async () => {
  const { ask, double } = await openWorld();
  const group = double.state.groups.values().find(({ name }) => name === 'Oncall');
  const member = { email: 'dana.reyes@brightwater.example', role: 'MEMBER' };

  const statuses = [
    await ask('POST', `${v1}/groups/${group?.id}/members`, member),
    await ask('DELETE', `${v1}/groups/${group?.id}/members/${googleId('1010')}`),
    await ask('DELETE', `${v1}/groups/${group?.id}/members/${googleId('1010')}`),
    await ask('DELETE', dana),
    await ask('DELETE', dana),
  ].map(({ status }) => status);

  expect(statuses).toEqual([409, 204, 404, 204, 404]);
});
