import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf } from '../world/company-access.ts';
import { openProductWorld, type ProductWorld, until, writes } from '../world/product-world.ts';

let world: ProductWorld;
const folder = mkdtempSync(join(tmpdir(), 'ex-'));
/** The product's own data; the emulated company, which is not the product, lies beside it on a disk with room. */
const disks = { database: 'size=24m', engine: 'size=400m' } as const;
const mounted = (['database', 'engine'] as const).filter(mount);
const possible = mounted.length === 2;
const why = possible ? '' : ' (skipped: a small tmpfs cannot be mounted here, which needs root)';

function mount(disk: keyof typeof disks): boolean {
  const place = join(folder, disk);
  mkdirSync(place, { mode: 0o700 });
  try {
    const options = ['-t', 'tmpfs', '-o', `${disks[disk]},mode=700`, 'tmpfs', place];
    execFileSync('mount', options, { stdio: 'ignore', timeout: 5_000 });
    return true;
  } catch {
    // Not root, or a container without the right: the tests say that they were skipped.
    return false;
  }
}

/** Writes until nothing more fits. */
function fill(disk: keyof typeof disks): void {
  for (const size of [1_000_000, 64_000, 4_096, 1]) {
    try {
      for (;;) appendFileSync(join(folder, disk, 'ballast'), Buffer.alloc(size));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
}

function makeRoom(disk: keyof typeof disks): void {
  unlinkSync(join(folder, disk, 'ballast'));
}

describe.skipIf(!possible)(`when the disk of the product is full${why}`, () => {
  beforeAll(async () => {
    world = await openProductWorld({ folder });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });
  const words = async (caseId: string) => (await world.card(caseId)).words;
  const rested = (caseId: string) =>
    until(async () => (await words(caseId)).includes('Retained') && !/↻|◐/.test(await words(caseId)), 60_000);
  const acts = () => Object.values(world.doubles).flatMap(writes);

  it('a request is answered with what happened and what to do, and nothing is opened', async () => {
    fill('database');
    const { told } = await world.say('1004', 'dana.reyes@brightwater.example last day');
    expect(told).toMatch(/nothing was changed\. Try again in a minute/);

    makeRoom('database');
    expect((await world.say('1004', 'list all')).told).toContain('There is no offboarding');
    const caseId = await world.open('dana.reyes@brightwater.example');
    expect(caseId).toBe('OFF-1');
  });

  it('a yes is not taken, and said so; with room again it is taken once', async () => {
    fill('database');
    const card = await world.card('OFF-1');
    const { told } = await world.press('1005', card, 'Approve…');
    expect(told).toMatch(/nothing was changed\. Try again in a minute/);
    expect(acts()).toEqual([]);

    makeRoom('database');
    expect((await world.approve('OFF-1')).told).toContain('Your decision is recorded: approved.');
    await until(async () => (await words('OFF-1')).includes('Retained'));
    expect(accessOf(world.company, '1010')).toMatchObject({
      okta: { status: 'SUSPENDED' },
      google: { suspended: true },
    });
  }, 40_000);

  it('work that is not yet written down is not begun, and goes on by itself when there is room', async () => {
    const caseId = await world.open('leo.brandt@brightwater.example');
    Object.assign(world.doubles.okta.dial, { slowMs: 700 });
    const before = acts().length;
    await world.approve(caseId);
    fill('database');
    await pause(4_000);
    expect(acts()).toHaveLength(before);

    makeRoom('database');
    world.calm();
    await rested(caseId);
    expect(acts().filter(({ url }) => url.includes('00uaaaaaaaaaa10115d7/lifecycle/suspend'))).toHaveLength(1);
    expect(await world.plan(caseId)).not.toContain('unexpected error');
    expect(accessOf(world.company, '1011')).toMatchObject({
      okta: { status: 'SUSPENDED' },
      google: { suspended: true },
      ledgerly: { active: false },
    });
  }, 240_000);

  it('work that happened and could not be written down is neither done twice nor forgotten by undo', async () => {
    const before = restorable('1013');
    const caseId = await world.open('noah.stein@brightwater.example');
    for (const { dial } of Object.values(world.doubles)) Object.assign(dial, { slowMs: 1_500, reach: 'acts' });
    await world.approve(caseId);
    await pause(700);
    fill('database');
    await until(() => accessOf(world.company, '1013').okta.status === 'SUSPENDED');
    await pause(1_500);
    expect(await words(caseId)).not.toMatch(/proven \(\w+\) · Okta/);

    makeRoom('database');
    world.calm();
    await rested(caseId);
    expect(acts().filter(({ url }) => url.includes('00uaaaaaaaaaa10135d7/lifecycle/suspend'))).toHaveLength(1);
    expect(await world.plan(caseId)).toContain(
      'proven (changed): Okta · noah.stein@brightwater.example · suspend sign-in',
    );

    await world.press('1005', await world.card(caseId), 'Undo…');
    await until(async () => JSON.stringify(restorable('1013')) === JSON.stringify(before));
    await until(async () => (await words(caseId)).includes('· Restored ·'));
    expect(restorable('1013')).toEqual(before);
  }, 240_000);

  it('the durable engine without room: a yes is not lost and not doubled', async () => {
    const caseId = await world.open('priya.raman@brightwater.example');
    fill('engine');
    const { told } = await world.approve(caseId);
    expect(told).toMatch(
      /Your decision is recorded: approved\.|It is not known whether this was recorded: look at the card/,
    );
    await pause(3_000);

    makeRoom('engine');
    await until(async () => {
      const asksAgain = (await words(caseId)).includes('Waiting for approval');
      if (asksAgain) await world.approve(caseId).catch(() => undefined);
      return !asksAgain;
    }, 60_000);
    await rested(caseId);
    expect(accessOf(world.company, '1012').okta.status).toBe('SUSPENDED');
    expect(acts().filter(({ url }) => url.includes('00uaaaaaaaaaa10125d7/lifecycle/suspend'))).toHaveLength(1);
  }, 240_000);
});

/** What an undo gives back. */
function restorable(personId: string) {
  const { okta, github, google, ledgerly } = accessOf(world.company, personId);
  return [okta.status, okta.groups, github.membership, github.teams, google.suspended, google.groups, ledgerly];
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

afterAll(() => {
  for (const disk of mounted) execFileSync('umount', ['-l', join(folder, disk)], { timeout: 5_000 });
  rmSync(folder, { recursive: true });
});
