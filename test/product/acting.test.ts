import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, accessOfOthers, writesToOthers } from '../world/company-access.ts';
import { openProductWorld, type ProductWorld, until, writes } from '../world/product-world.ts';

let world: ProductWorld;
beforeAll(async () => {
  world = await openProductWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());
afterEach(() => world.calm());

const leavers = ['1010', '1011', '1012', '1013', '1014', '1015', '1009', '1022', '1016'] as const;
const words = async (caseId: string) => (await world.card(caseId)).words;
/** Nothing is left to do but what people do: the badge, and the question of the deletion. */
const rested = (caseId: string, limitMs = 20_000) =>
  until(async () => {
    const now = await words(caseId);
    return now.includes('Retained') && !/↻ waiting|◐ running/.test(now) && now.includes(', 1 needs a person');
  }, limitMs);
/** How often a double was told this. */
const told = (name: keyof ProductWorld['doubles'], part: string) =>
  writes(world.doubles[name]).filter(({ method, url }) => `${method} ${url}`.includes(part));

describe('a target system that is down when it is to act', () => {
  it('is tried again, then handed to a person with what to do, and Try again proves it', async () => {
    const caseId = await world.open('dana.reyes@brightwater.example');
    Object.assign(world.doubles.okta.dial, { errorBefore: 1_000, reach: 'acts' });
    await world.approve(caseId);
    await until(async () => (await words(caseId)).includes('↻ waiting to be tried again'));
    expect(accessOf(world.company, '1010').okta.status).toBe('ACTIVE');

    await until(async () => (await words(caseId)).includes('Tried 4 times.'));
    await until(async () => (await words(caseId)).includes('5 need a person'));
    expect(await words(caseId)).toMatch(
      /handed to a person: Okta · dana\.reyes@brightwater\.example · .*\nTried 4 times\. okta: \w+ .* failed at the target system \(503\)/,
    );
    expect(await world.thread(caseId)).toContain(
      'of the offboarding of Dana Reyes need a person. The card says which and why.',
    );
    // The others were not held up.
    expect(accessOf(world.company, '1010')).toMatchObject({
      google: { suspended: true },
      github: { membership: undefined },
    });

    world.calm();
    for (let left = 4; left > 0; left--) {
      await until(async () => (await words(caseId)).includes(`${left + 1} need a person`));
      await world.press('1004', await world.card(caseId), 'Try again', 'handed to a person: Okta');
    }
    await rested(caseId);
    expect(accessOf(world.company, '1010').okta).toMatchObject({
      status: 'SUSPENDED',
      grants: [],
      apiTokens: [],
      groups: ['00gaaaeveryone0'],
    });
  }, 60_000);

  it('and takes no connection at all is tried again by itself, and nothing is called proven meanwhile', async () => {
    const caseId = await world.open('leo.brandt@brightwater.example');
    // Alive for the look before the first act, gone for the acts.
    world.doubles.ledgerly.dial.slowMs = 1_000;
    await world.approve(caseId);
    world.doubles.ledgerly.dial.down = true;
    await until(
      async () => /(retried|tried again|handed to a person)(:| ·) Ledgerly/.test(await words(caseId)),
      20_000,
    );
    expect(await words(caseId)).not.toMatch(/proven \(\w+\) · Ledgerly/);
    expect(accessOf(world.company, '1011').okta.status).toBe('SUSPENDED');

    world.calm();
    await until(async () => {
      const handed = /handed to a person: Ledgerly · leo\.brandt@brightwater\.example · (\w+)/.exec(
        await words(caseId),
      );
      if (handed) await world.press('1004', await world.card(caseId), 'Try again', handed[0]);
      return accessOf(world.company, '1011').ledgerly.groups.length === 0;
    }, 30_000);
    await rested(caseId, 30_000);
    expect(accessOf(world.company, '1011').ledgerly).toEqual({ active: false, groups: [] });
  }, 240_000);
});

it('a slow target system is waited for, and people are not', async () => {
  const caseId = await world.open('priya.raman@brightwater.example');
  Object.assign(world.doubles.ledgerly.dial, { slowMs: 3_000, reach: 'acts' });
  const begun = performance.now();
  const { told: answer } = await world.approve(caseId);

  expect(answer).toContain('Your decision is recorded: approved.');
  expect(performance.now() - begun).toBeLessThan(3_000);
  await until(() => accessOf(world.company, '1012').okta.status === 'SUSPENDED', 5_000);
  expect(accessOf(world.company, '1012').ledgerly.active).toBe(true);
  await rested(caseId);
  expect(accessOf(world.company, '1012').ledgerly).toEqual({ active: false, groups: [] });
  expect(told('ledgerly', 'PATCH /scim/v2/Users/2f6d7c1e-0000-4000-8000-000000001012')).toHaveLength(1);
}, 40_000);

it('a target system that says yes and does nothing is never believed', async () => {
  const caseId = await world.open('noah.stein@brightwater.example');
  world.doubles.ledgerly.dial.lie = 1_000;
  await world.approve(caseId);
  const title = (step: string) => `unproven: Ledgerly · noah.stein@brightwater.example · ${step}`;
  const quiet = async () => (await words(caseId)).includes('3 need a person') && !(await words(caseId)).includes('◐');
  const again = async (step: string) => {
    const { told: answer } = await world.press('1005', await world.card(caseId), 'Try again', title(step));
    expect(answer).toContain('It is tried again, from a fresh look.');
  };
  await until(quiet, 40_000);
  expect(await words(caseId)).toContain(
    `${title('suspend sign-in')}\nledgerly: said that suspend was done, but a fresh read does not show it. Look at the account there, then try again.`,
  );
  expect(await words(caseId)).not.toMatch(/proven \(\w+\) · Ledgerly/);
  expect(accessOf(world.company, '1013').ledgerly.active).toBe(true);

  await again('suspend sign-in');
  await until(async () => (await words(caseId)).includes('◐ running'), 5_000);
  await until(quiet, 40_000);
  expect(await words(caseId)).toContain(title('suspend sign-in'));

  world.calm();
  for (const step of ['suspend sign-in', 'remove groups']) {
    await again(step);
    await until(async () => !(await words(caseId)).includes(title(step)));
  }
  await rested(caseId);
  expect(accessOf(world.company, '1013').ledgerly).toEqual({ active: false, groups: [] });
}, 90_000);

describe('a target system that asks for patience', () => {
  it('gets it: each in its own words, for as long as it asks', async () => {
    const caseId = await world.open('mara.quist@brightwater.example');
    for (const { dial } of [world.doubles.github, world.doubles.ledgerly])
      Object.assign(dial, { throttle: 1, reach: 'acts' });
    await world.approve(caseId);
    await until(async () => (await words(caseId)).includes('↻ waiting to be tried again'));
    await rested(caseId, 40_000);

    const ofMara = told('ledgerly', 'PATCH /scim/v2/Users/2f6d7c1e-0000-4000-8000-000000001009');
    expect(ofMara.map(({ status }) => status)).toEqual([429, 200]);
    expect(Date.parse(ofMara[1]?.at ?? '') - Date.parse(ofMara[0]?.at ?? '')).toBeGreaterThanOrEqual(15_000);
    expect(accessOf(world.company, '1009')).toMatchObject({
      github: { membership: undefined, teams: [], tokens: [] },
      google: { suspended: true, tokens: [] },
      ledgerly: { active: false, groups: [] },
    });
  }, 60_000);
});

describe('an answer that gets lost after the effect', () => {
  it.each([
    ['answered with an error', 'errorAfter', 'olga.wirth@brightwater.example', '1014'],
    ['never answered', 'lost', 'bianca.rossi@brightwater.example', '1016'],
  ] as const)(
    '%s: proven by the next look, and not done twice',
    async (_what, fault, email, id) => {
      const caseId = await world.open(email);
      const user = `00uaaaaaaaaaa${id}5d7`;
      world.doubles.okta.dial[fault] = 1;
      world.doubles.ledgerly.dial[fault] = 1;
      await world.approve(caseId);
      await rested(caseId);

      expect(await world.plan(caseId)).toContain(`proven (changed): Okta · ${email} · suspend sign-in`);
      expect(await world.plan(caseId)).toContain(`proven (changed): Ledgerly · ${email} · suspend sign-in`);
      expect(told('okta', `${user}/lifecycle/suspend`)).toHaveLength(1);
      expect(told('ledgerly', `PATCH /scim/v2/Users/2f6d7c1e-0000-4000-8000-${id.padStart(12, '0')}`)).toHaveLength(1);
    },
    40_000,
  );
});

it('old answers to new looks are not taken for failure, and not for success', async () => {
  const caseId = await world.open('rui.santos@brightwater.example');
  world.doubles.okta.dial.stale = 25;
  await world.approve(caseId);
  await rested(caseId, 30_000);

  expect(accessOf(world.company, '1022').okta).toMatchObject({
    status: 'SUSPENDED',
    grants: [],
    groups: ['00gaaaeveryone0'],
  });
  expect(told('okta', '00uaaaaaaaaaa10225d7/lifecycle/suspend')).toHaveLength(1);
}, 40_000);

it('missing rights are handed to a person with what to do, at once', async () => {
  const caseId = await world.open('jonas.weber@brightwater.example');
  Object.assign(world.doubles.google.dial, { forbidden: true, reach: 'acts' });
  await world.approve(caseId);
  await until(async () => (await words(caseId)).includes('handed to a person: Google Workspace'), 10_000);

  expect(await words(caseId)).toMatch(
    /Google Workspace · jonas\.weber@brightwater\.example · suspend sign-in\ngoogle: PUT .* was refused \(403\): the credentials lack the right to do this\. Nothing was changed\. Grant it, or do this by hand\./,
  );
  expect(await words(caseId)).not.toContain('Tried');
  expect(accessOf(world.company, '1017')).toMatchObject({
    google: { suspended: false },
    okta: { status: 'SUSPENDED' },
  });

  world.calm();
  await until(async () => (await words(caseId)).includes('Retained'));
  for (const step of ['suspend sign-in', 'revoke tokens']) {
    await world.press(
      '1008',
      await world.card(caseId),
      'Try again',
      `Google Workspace · jonas.weber@brightwater.example · ${step}`,
    );
    await until(
      async () =>
        !(await words(caseId)).includes(
          `handed to a person: Google Workspace · jonas.weber@brightwater.example · ${step}`,
        ),
    );
  }
  expect(accessOf(world.company, '1017').google).toMatchObject({ suspended: true, tokens: [] });
});

it('through all of this, nobody else was touched', () => {
  const leaving = [...leavers, '1017'];
  expect(writesToOthers(world.company, ...leaving)).toEqual([]);
  expect(new Set(accessOfOthers(world.company, ...leaving).map(({ okta }) => okta.status))).toEqual(
    new Set(['ACTIVE']),
  );
});
