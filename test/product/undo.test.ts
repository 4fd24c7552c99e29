import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessOf, accessOfOthers, writesToOthers } from '../world/company-access.ts';
import { openProductWorld, type ProductWorld, until, writes } from '../world/product-world.ts';

let world: ProductWorld;
beforeAll(async () => {
  world = await openProductWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());
afterEach(() => world.calm());

const words = async (caseId: string) => (await world.card(caseId)).words;

/** A badge that nobody said was blocked is nobody's to unblock: the case ends without it. */
async function givenBack(caseId: string, end: 'Restored' | 'Cancelled'): Promise<void> {
  await until(async () => (await words(caseId)).includes(`· ${end} ·`));
}

/** What can be given back: sessions, tokens and consents stay gone. */
function restorable(personId: string) {
  const { okta, github, google, ledgerly } = accessOf(world.company, personId);
  return {
    okta: { status: okta.status, groups: okta.groups },
    github: { membership: github.membership, teams: github.teams },
    google: { suspended: google.suspended, groups: google.groups, roles: google.roles },
    ledgerly,
  };
}

it('undo gives back exactly what was there before, in every target system, and says what stays gone', async () => {
  const before = restorable('1010');
  const others = accessOfOthers(world.company, '1010');
  const caseId = await world.open('dana.reyes@brightwater.example');
  await world.approve(caseId);
  await until(async () => (await words(caseId)).includes('Retained') && !/↻|◐/.test(await words(caseId)));
  expect(restorable('1010')).not.toEqual(before);

  const card = await world.card(caseId);
  const { confirm } = confirmOf(card, 'Undo…');
  expect(confirm).toContain('Ended sessions and revoked tokens stay gone.');
  const { told } = await world.press('1005', card, 'Undo…');
  expect(told).toContain('What can be given back is being given back.');
  await givenBack(caseId, 'Restored');

  expect(restorable('1010')).toEqual(before);
  expect(await world.thread(caseId)).toContain(
    'The offboarding of Dana Reyes was undone. What could be given back was given back',
  );
  expect(accessOf(world.company, '1010')).toMatchObject({
    okta: { grants: [], apiTokens: [] },
    google: { tokens: [] },
  });
  expect(accessOfOthers(world.company, '1010')).toEqual(others);
}, 180_000);

it('undo leaves suspended who was suspended before, and out of a group who was out of it', async () => {
  const { okta, google } = world.company;
  const user = okta.state.users.get('00uaaaaaaaaaa10115d7');
  if (!user) throw new Error('Leo is not in the double');
  okta.state.users.set(user.id, { ...user, status: 'SUSPENDED' });
  okta.state.members.delete(`00gaaaengineering/${user.id}`);
  const before = restorable('1011');
  const caseId = await world.open('leo.brandt@brightwater.example');
  await world.approve(caseId);
  await until(async () => (await words(caseId)).includes('Retained') && !/↻|◐/.test(await words(caseId)));
  expect(google.state.users.get('111011000000000000000')?.suspended).toBe(true);

  await world.press('1005', await world.card(caseId), 'Undo…');
  await givenBack(caseId, 'Restored');
  expect(restorable('1011')).toEqual(before);
  expect(okta.state.users.get(user.id)?.status).toBe('SUSPENDED');
}, 180_000);

it("undo asks the owner to take back what a person did by hand, and ends with that person's word", async () => {
  const caseId = await world.open('olga.wirth@brightwater.example');
  await world.approve(caseId);
  await until(async () => (await words(caseId)).includes('Retained') && !/↻|◐/.test(await words(caseId)));
  expect((await world.attest(caseId)).form).toContain('Your word is recorded as done by hand.');

  await world.press('1005', await world.card(caseId), 'Undo…');

  await until(async () => (await words(caseId)).includes('allow sign-in again'));
  await until(async () => /handed to a person[^:]*: Door badges/.test(await words(caseId)));
  expect(await words(caseId)).not.toContain('· Restored ·');
  expect((await world.attest(caseId, 'allow sign-in again')).form).toContain('Your word is recorded as done by hand.');
  await givenBack(caseId, 'Restored');
}, 180_000);

it('whoever may not undo is told so, and nothing is given back', async () => {
  const caseId = await world.open('priya.raman@brightwater.example');
  await world.approve(caseId);
  await until(async () => (await words(caseId)).includes('Retained') && !/↻|◐/.test(await words(caseId)));
  const after = accessOf(world.company, '1012');

  const { told } = await world.press('1008', await world.card(caseId), 'Undo…');
  expect(told).toContain('The policy does not let you do this. Nothing was changed. Ask an approver.');
  expect(accessOf(world.company, '1012')).toEqual(after);
}, 180_000);

it('cancelling while it runs lets what runs finish, begins nothing new, and gives back what was changed', async () => {
  const before = restorable('1013');
  const caseId = await world.open('noah.stein@brightwater.example');
  // The slow one is still at work when somebody cancels.
  Object.assign(world.doubles.ledgerly.dial, { slowMs: 1_500, reach: 'acts' });
  await world.approve(caseId);
  await until(() => accessOf(world.company, '1013').okta.status === 'SUSPENDED');
  await until(async () => (await words(caseId)).includes('Containing'));
  const { told } = await world.press('1005', await world.card(caseId), 'Cancel…');
  expect(told).toContain('The case is being cancelled. What was changed, if anything was, is given back.');

  await givenBack(caseId, 'Cancelled');
  expect(restorable('1013')).toEqual(before);
  // The groups belong to the second wave, which did not begin.
  const groups = Object.values(world.doubles)
    .flatMap(writes)
    .filter(({ method, url }) => method === 'DELETE' && /\/groups\/.*(1013)/i.test(url));
  expect(groups).toEqual([]);
}, 180_000);

it('what a target system refuses to give back is handed to a person, and Try again gives it back', async () => {
  const before = restorable('1016');
  const caseId = await world.open('bianca.rossi@brightwater.example');
  await world.approve(caseId);
  await until(async () => (await words(caseId)).includes('Retained') && !/↻|◐/.test(await words(caseId)));

  Object.assign(world.doubles.google.dial, { forbidden: true, reach: 'acts' });
  await world.press('1005', await world.card(caseId), 'Undo…');
  await until(async () => (await words(caseId)).includes('handed to a person: Google Workspace'));
  expect(await words(caseId)).toContain(
    'the credentials lack the right to do this. Nothing was changed. Grant it, or do this by hand.',
  );
  expect(await words(caseId)).not.toContain('· Restored ·');

  world.calm();
  await until(async () => {
    const handed = /handed to a person: (Google Workspace · bianca\.rossi@brightwater\.example · .*)/.exec(
      await words(caseId),
    );
    if (handed) await world.press('1005', await world.card(caseId), 'Try again', handed[1]);
    return !/handed to a person: Google|◐|↻/.test(await words(caseId));
  });
  await givenBack(caseId, 'Restored');
  expect(restorable('1016')).toEqual(before);
}, 180_000);

it('through all of this, nobody else was touched', () => {
  expect(writesToOthers(world.company, '1010', '1011', '1012', '1013', '1014', '1016')).toEqual([]);
});

/** What the page asks before the button counts. */
function confirmOf({ blocks }: Awaited<ReturnType<ProductWorld['card']>>, label: string): { confirm: string } {
  const found = JSON.stringify(blocks)
    .split('"type":"button"')
    .find((text) => text.includes(`"text":"${label}"`));
  return { confirm: found ?? '' };
}
