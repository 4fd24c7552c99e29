import { expect, it } from 'vitest';
import { openCompany } from '#local/company/company.ts';
import { memoryKeep } from '#local/company/keep.ts';
import { oktaUserId } from '#local/company/okta-state.ts';
import { people } from '#local/company/people.ts';

it('is filled once, and is as it was left when it is opened again', async () => {
  const keep = memoryKeep();
  const first = await openCompany({ keep, people });
  const headers = { authorization: `SSWS ${first.okta.token}` };
  const suspend = `${first.okta.url}/api/v1/users/${oktaUserId('1010')}/lifecycle/suspend`;
  expect((await fetch(suspend, { method: 'POST', headers })).status).toBe(200);
  await first.close();

  const again = await openCompany({ keep, people });

  expect(again.okta.token).toBe(first.okta.token);
  expect(again.scim.token).toBe(first.scim.token);
  const dana = await fetch(`${again.okta.url}/api/v1/users/dana.reyes@brightwater.example`, { headers });
  expect(await dana.json()).toMatchObject({ id: oktaUserId('1010'), status: 'SUSPENDED' });
  expect(again.okta.state.users.values()).toHaveLength(people.length);
  await again.close();
});

it('keeps two companies in one process apart', async () => {
  const [one, other] = [
    await openCompany({ keep: memoryKeep(), people }),
    await openCompany({ keep: memoryKeep(), people }),
  ];
  const [user] = one.scim.state.users.values();
  const authorization = `Bearer ${one.scim.token}`;

  const deleted = await fetch(`${one.scim.url}/Users/${user?.id}`, { method: 'DELETE', headers: { authorization } });

  expect(deleted.status).toBe(204);
  expect(one.scim.state.users.values().length).toBe(other.scim.state.users.values().length - 1);
  await Promise.all([one.close(), other.close()]);
});
