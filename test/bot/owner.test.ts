import { expect, it } from 'vitest';
import { openProductWorld, until } from '../world/product-world.ts';

const owner = '1008';

it("takes the owner's word from their own card to the real engine, and shows it on both cards", async () => {
  await using world = await openProductWorld({});
  const caseId = await world.open('dana.reyes@brightwater.example');
  await world.approve(caseId);
  const asked = async () => (await world.seen(owner)).filter(({ text }) => text.includes('by hand in Door badges'));
  await until(async () => (await asked()).length === 1);

  const [task] = await asked();
  const { view } = await world.press(owner, task!, 'Done by hand');
  const [field] = view?.fields ?? [];
  const values = { [field?.blockId ?? '']: { [field?.actionId ?? '']: 'Badge 4711 is blocked' } };
  await world.submit(owner, view?.id ?? '', values);

  await until(async () => (await world.card(caseId)).words.includes('✎ by hand (Ivo Petrov) · Door badges'));
  await until(async () => (await asked())[0]?.text.startsWith('Settled by hand') ?? false);
  expect((await asked()).map(({ buttons }) => buttons)).toEqual([[]]);
  expect((await asked())[0]?.text).toContain('Done by hand, on the word of Ivo Petrov.');
  expect((await world.card(caseId)).words).toContain("1 is on a person's word");
}, 60_000);
