import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openGitHub } from '#local/company/git-hub.ts';
import { memoryKeep } from '#local/company/keep.ts';
import { people } from '#local/company/people.ts';

async function openWorld() {
  const double = await openGitHub({ keep: memoryKeep(), people, pageSize: 3 });
  onTestFinished(() => double.close());
  const ask = (method: string, path: string, body?: unknown) =>
    fetch(path.startsWith('http') ? path : `${double.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${double.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
  return { double, ask };
}

it('lets the owner go only when there is another', async () => {
  const { ask } = await openWorld();

  const last = await ask('DELETE', '/orgs/brightwater/memberships/tlindqvist');
  await ask('PUT', '/orgs/brightwater/memberships/inesd', { role: 'admin' });
  const another = await ask('DELETE', '/orgs/brightwater/memberships/tlindqvist');

  expect([last.status, another.status]).toEqual([403, 204]);
});

it('answers a second removal with 404, and takes teams and credentials with the first', async () => {
  const { ask, double } = await openWorld();

  const statuses = [
    await ask('DELETE', '/orgs/brightwater/memberships/dana-codes'),
    await ask('DELETE', '/orgs/brightwater/memberships/dana-codes'),
    await ask('GET', '/orgs/brightwater/teams/platform/memberships/dana-codes'),
  ].map(({ status }) => status);

  expect(statuses).toEqual([204, 404, 404]);
  const theirs = await (await ask('GET', '/orgs/brightwater/credential-authorizations?login=dana-codes')).json();
  expect(theirs).toEqual([]);
  expect(double.state.credentials.values()).not.toEqual([]);
});

it('pages by links until there are no more', async () => {
  const { ask, double } = await openWorld();
  const logins: string[] = [];

  let next: string | undefined = '/orgs/brightwater/members?per_page=100';
  while (next) {
    const answer: Response = await ask('GET', next);
    for (const { login } of z.array(z.object({ login: z.string() })).parse(await answer.json())) logins.push(login);
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  }

  expect(logins).toHaveLength(double.state.members.values().length);
  expect(new Set(logins).size).toBe(logins.length);
});

it('throttles in the form of GitHub, which is a 403', async () => {
  const { ask, double } = await openWorld();
  double.dial.throttle = 1;

  const answer = await ask('GET', '/orgs/brightwater/members');

  expect(answer.status).toBe(403);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.json()).toMatchObject({ message: expect.stringContaining('secondary rate limit') });
});

it('makes a member only of whoever accepts', async () => {
  const { ask, double } = await openWorld();
  await ask('DELETE', '/orgs/brightwater/memberships/dana-codes');
  await ask('PUT', '/orgs/brightwater/memberships/dana-codes', { role: 'member' });

  const state = async () => {
    const answer = await ask('GET', '/orgs/brightwater/memberships/dana-codes');
    return z.object({ state: z.string() }).parse(await answer.json()).state;
  };

  expect(await state()).toBe('pending');
  expect([double.accept('dana-codes'), double.accept('dana-codes')]).toEqual([true, false]);
  expect(await state()).toBe('active');
});

it('goes on where it was when it is opened again', async () => {
  const keep = memoryKeep();
  const first = await openGitHub({ keep, people });
  first.state.members.delete('580001010');
  await first.close();

  const second = await openGitHub({ keep, people });
  onTestFinished(() => second.close());

  expect(second.token).toBe(first.token);
  expect(second.state.members.get('580001010')).toBeUndefined();
});
