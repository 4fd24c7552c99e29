import { expect, it } from 'vitest';
import { task } from '#engine/connectors/task.ts';
import type { Connector } from '#engine/connectors/connector.ts';
import { Identity } from '#model/identity.ts';

const signal = AbortSignal.timeout(10_000);

const dana = Identity.parse({
  id: '1010',
  displayName: 'Dana Reyes',
  email: 'dana.reyes@brightwater.example',
  aliases: ['dreyes@brightwater.example'],
});
const leo = Identity.parse({ id: '1011', displayName: 'Leo Brandt', email: 'leo.brandt@brightwater.example' });

function badges(people: unknown): Connector {
  const settings = task.settings.parse({
    name: 'Door badges',
    owner: 'Ivo.Petrov@brightwater.example',
    people,
    howTo: 'Block the badge in the cabinet on the ground floor.',
  });
  return task.connect('badges', settings, () => {
    throw new Error('there is nothing to reach');
  });
}

const found = (connector: Connector, identity: Identity) => Array.fromAsync(connector.findAccounts(identity, signal));

it('finds who is listed by any of the addresses, and nobody else', async () => {
  const listed = badges(['DReyes@brightwater.example']);

  expect(await found(listed, dana)).toEqual([{ connector: 'badges', id: '1010', handle: dana.email }]);
  expect(await found(listed, leo)).toEqual([]);
  expect(await found(badges('everyone'), leo)).toMatchObject([{ id: '1011' }]);
});

it('shows nothing that it cannot see, and hands over instead of acting', async () => {
  const connector = badges('everyone');

  const seen = await connector.observe({ connector: 'badges', id: '1010', handle: dana.email }, signal);

  expect(seen).toEqual({ at: expect.any(String), status: 'active' });
  expect(connector.operations).toEqual({});
  expect(connector.byHand).toEqual({
    ownerEmail: 'ivo.petrov@brightwater.example',
    howTo: 'Block the badge in the cabinet on the ground floor.',
    operations: ['suspend', 'unsuspend'],
  });
});

it('does nothing once its caller has given up', async () => {
  const reason = new Error('given up');
  const over = AbortSignal.abort(reason);
  const connector = badges('everyone');

  await expect(connector.check(over)).rejects.toBe(reason);
  await expect(Array.fromAsync(connector.findAccounts(dana, over))).rejects.toBe(reason);
});

it('accepts no list of nobody', () => {
  expect(() => badges([])).toThrow('people');
});
