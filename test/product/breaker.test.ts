import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessOf } from '../world/company-access.ts';
import { openProductWorld, type ProductWorld, until, writes } from '../world/product-world.ts';

let world: ProductWorld;
beforeAll(async () => {
  // The local policy as it is: ten people within thirty minutes are normal, two approvers let more go.
  world = await openProductWorld({ policy: {} });
});
afterAll(async () => world[Symbol.asyncDispose]());

const usual = [
  'dana.reyes',
  'leo.brandt',
  'priya.raman',
  'noah.stein',
  'mara.quist',
  'olga.wirth',
  'felix.amari',
  'bianca.rossi',
  'jonas.weber',
  'alex.kim',
];
const words = async (caseId: string) => (await world.card(caseId)).words;
const start = async (name: string) => {
  const { told } = await world.say('1004', `${name}@brightwater.example layoffs`);
  return /OFF-\d+/.exec(told)?.[0] ?? '';
};
const batch = () => world.cardWith('Allow all');

it('the eleventh leaver within the window is held, until two approvers let exactly these people go', async () => {
  const ids: string[] = [];
  for (const name of usual) ids.push(await start(name));
  for (const id of ids) await until(async () => (await words(id)).includes('Waiting for approval'));
  const [eleventh, twelfth] = [await start('alex.kim2'), await start('rui.santos')];

  await until(async () => (await batch()).buttons.some(({ text }) => text === 'Allow all 2…'));
  const card = await batch();
  expect(card.words).toContain(
    'people within 30 minutes are more than the 10 that the policy takes for normal. Nothing is done for those above the limit until 2 approvers let exactly these people go.',
  );
  expect(card.words).toContain('Alex Kim, Support\nRui Santos, Engineering');
  expect(card.words).toContain('0 of 2 approvals given. Until then nothing is changed for any of them.');
  expect((await world.seen('1005', 'offboarding')).filter(({ text }) => text.includes('are held'))).toHaveLength(1);
  await expect(words(eleventh)).rejects.toThrow('no card');

  // Neither who asked nor who may not approve, and nobody twice.
  expect((await world.press('1004', card, 'Allow all')).told).toContain(
    'You asked for this offboarding, so somebody else has to decide.',
  );
  expect((await world.press('1008', card, 'Allow all')).told).toContain('You are not an approver.');
  expect((await world.press('1005', card, 'Allow all')).told).toContain('Your yes is recorded: 1 of 2.');
  expect((await world.press('1005', await batch(), 'Allow all')).told).toMatch(/pressed this already|already counts/);
  await until(async () => (await batch()).words.includes('1 of 2 approvals given (Selma Novak)'));
  // The held cases can still not be approved by another way.
  expect((await world.say('1005', `approve ${eleventh}`)).told).toContain(
    'This case does not ask for a decision at present.',
  );
  expect(Object.values(world.doubles).flatMap(writes)).toEqual([]);

  expect((await world.press('1006', await batch(), 'Allow all')).told).toContain(
    'The 2 held cases go on; each still needs its own approval.',
  );
  for (const id of [eleventh, twelfth]) await until(async () => (await words(id)).includes('Waiting for approval'));
  expect((await world.cardWith('Let go by')).words).toContain(
    'Let go by Selma Novak and Samir Haddad. Each case goes on and still needs its own approval.',
  );
  expect((await world.cardWith('Let go by')).buttons).toEqual([]);
  expect(Object.values(world.doubles).flatMap(writes)).toEqual([]);

  await world.approve(eleventh);
  await until(() => accessOf(world.company, '1019').okta.status === 'SUSPENDED');
  expect(accessOf(world.company, '1022').okta.status).toBe('ACTIVE');
}, 90_000);

it('a leaver who comes after a vote is held in a batch of their own', async () => {
  expect(await start('tomas.lindqvist')).not.toBe('');
  await until(async () => (await batch()).buttons.some(({ text }) => text === 'Allow all 1…'));
  expect((await batch()).words).toContain('Tomas Lindqvist, Leadership');
  expect((await batch()).words).not.toContain('Rui Santos');
}, 30_000);

it('a held case that is cancelled stays out of what is let go', async () => {
  const of = async (name: string) =>
    /OFF-\d+/.exec((await world.say('1005', `status ${name}@brightwater.example`)).told)?.[0] ?? '';
  const [held, dana] = [await of('tomas.lindqvist'), await of('dana.reyes')];
  await world.say('1007', `cancel ${held}`);
  // Whoever is asked for again counts again.
  await world.say('1007', `cancel ${dana}`);
  await until(async () => (await words(dana)).includes('· Cancelled ·'));
  const other = await start('dana.reyes');
  await until(async () => (await batch()).words.includes('Dana Reyes'));

  await world.press('1005', await batch(), 'Allow all');
  await world.press('1006', await batch(), 'Allow all');
  await until(async () => (await words(other)).includes('Waiting for approval'));
  expect((await world.say('1007', `status ${held}`)).told).toContain('Cancelled');
  expect(accessOf(world.company, '1002').okta.status).toBe('ACTIVE');
}, 30_000);
