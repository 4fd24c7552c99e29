import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, accessOfOthers, writesToOthers } from '../world/company-access.ts';
import { openProductWorld, type ProductWorld, until, writes } from '../world/product-world.ts';

let world: ProductWorld;
beforeAll(async () => {
  world = await openProductWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());
afterEach(() => world.calm());

const acts = () => Object.values(world.doubles).flatMap(writes);
const words = async (caseId: string) => (await world.card(caseId)).words;

describe('a target system that cannot be asked', () => {
  it('is shown as not asked, asked again by itself, and what it then shows is put to the approvers', async () => {
    world.doubles.github.dial.down = true;
    const caseId = await world.open('dana.reyes@brightwater.example');
    expect(await words(caseId)).toContain(
      '1 system could not be asked; the accounts there are not known yet:\ngithub:',
    );
    expect(await words(caseId)).not.toContain('dana-codes');

    world.calm();
    await until(
      async () => (await words(caseId)).includes('The plan changed, so the earlier approval is void'),
      20_000,
    );
    expect(await words(caseId)).toContain('github: removeEntitlements of dana-codes is new');
    expect(await words(caseId)).not.toContain('could not be asked');
    expect(await words(caseId)).toContain('Waiting for approval');
    expect(await world.thread(caseId)).toContain('Look at the card and decide again.');
    expect(acts()).toEqual([]);

    await world.approve(caseId);
    await until(async () => (await words(caseId)).includes('Retained'), 15_000);
    expect(accessOf(world.company, '1010').github).toEqual({ membership: undefined, teams: [], tokens: [] });
  });

  it('does not hold up the others: what was approved is done, and what comes back is approved on its own', async () => {
    world.doubles.ledgerly.dial.down = true;
    const caseId = await world.open('olga.wirth@brightwater.example');
    await world.approve(caseId);
    await until(() => accessOf(world.company, '1014').okta.status === 'SUSPENDED');
    expect(accessOf(world.company, '1014').ledgerly.active).toBe(true);
    expect(await words(caseId)).toContain('ledgerly:');

    world.calm();
    const at = writes(world.doubles.ledgerly).length;
    await until(async () => (await words(caseId)).includes('ledgerly: suspend of olga.wirth'), 25_000);
    expect(await words(caseId)).toContain('Waiting for approval');
    expect(writes(world.doubles.ledgerly)).toHaveLength(at);

    await world.approve(caseId);
    await until(() => accessOf(world.company, '1014').ledgerly.active === false);
    await until(async () => (await words(caseId)).includes('Retained'));
  });

  it('is asked again at once when somebody says so', async () => {
    world.doubles.google.dial.down = true;
    const caseId = await world.open('felix.amari@brightwater.example');
    world.calm();
    const { told } = await world.press('1004', await world.card(caseId), 'Ask the systems again');
    expect(told).toContain('It is tried again, from a fresh look.');
    await until(async () => (await words(caseId)).includes('google: suspend of felix.amari'));
    await world.press('1004', await world.card(caseId), 'Cancel…');
  });
});

describe('a search that answers with somebody else', () => {
  it.each([
    ['everybody, because it ignored the filter', 'ignoreFilter', 'leo.brandt@brightwater.example', '1011'],
    ['one row, which is somebody else', 'wrongRow', 'priya.raman@brightwater.example', '1012'],
  ] as const)('%s, touches nobody, and says which systems are in doubt', async (_what, fault, email, id) => {
    const others = accessOfOthers(world.company, id);
    const before = accessOf(world.company, id);
    for (const { dial } of Object.values(world.doubles)) dial[fault] = true;
    const caseId = await world.open(email);

    expect(await words(caseId)).toMatch(/system.? could not be asked; the accounts there are not known yet:/);
    await world.approve(caseId);
    await until(async () => !(await words(caseId)).includes('Waiting for approval'));
    await new Promise((resolve) => setTimeout(resolve, 500));

    expect(accessOfOthers(world.company, id)).toEqual(others);
    expect(writesToOthers(world.company, id, '1010', '1014', '1011', '1012')).toEqual([]);
    expect(accessOf(world.company, id).okta).toEqual(before.okta);
  });
});

describe('what changes between the plan and the yes', () => {
  it('a new group voids the yes, and the card says which', async () => {
    const caseId = await world.open('noah.stein@brightwater.example');
    const before = accessOf(world.company, '1013');
    const { okta } = world.company;
    const userId = '00uaaaaaaaaaa10135d7';
    okta.state.groups.set('00gaaabreakglass', { id: '00gaaabreakglass', type: 'OKTA_GROUP', name: 'Break glass' });
    okta.state.members.set(`00gaaabreakglass/${userId}`, { groupId: '00gaaabreakglass', userId });
    const at = acts().length;

    await world.approve(caseId);
    await until(async () => (await words(caseId)).includes('The plan changed, so the earlier approval is void:'));
    expect(await words(caseId)).toContain(
      'okta: removeEntitlements of noah.stein@brightwater.example would also take away Break glass',
    );
    expect(await words(caseId)).toContain('Waiting for approval');
    expect(acts()).toHaveLength(at);
    expect(accessOf(world.company, '1013').google).toEqual(before.google);
  });

  it('a new OAuth grant voids it too, and the second yes covers both', async () => {
    const caseId = await world.open('noah.stein@brightwater.example');
    const { okta } = world.company;
    const userId = '00uaaaaaaaaaa10135d7';
    okta.state.grants.set('oaglate', {
      id: 'oaglate',
      userId,
      clientId: '0oalate',
      app: 'Late App',
      scopeId: 'openid',
      created: new Date().toISOString(),
    });
    await world.approve(caseId);
    await until(async () => (await words(caseId)).includes('would also take away Late App'));
    expect(accessOf(world.company, '1013').okta.status).toBe('ACTIVE');

    await world.approve(caseId);
    await until(async () => (await words(caseId)).includes('Retained'), 15_000);
    expect(accessOf(world.company, '1013').okta).toMatchObject({
      status: 'SUSPENDED',
      grants: [],
      groups: ['00gaaaeveryone0'],
    });
    expect(await words(caseId)).toContain('Approved by Selma Novak.');
  });

  it('a group that went away does not void it', async () => {
    const caseId = await world.open('mara.quist@brightwater.example');
    world.company.okta.state.members.delete('00gaaaengineering/00uaaaaaaaaaa10095d7');
    await world.approve(caseId);

    await until(async () => (await words(caseId)).includes('Retained'), 15_000);
    expect(await world.thread(caseId)).not.toContain('changed');
    expect(await world.plan(caseId)).toContain(
      'proven (already so): Okta · mara.quist@brightwater.example · remove groups',
    );
  });
});
