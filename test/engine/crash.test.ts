import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Judge, openJudge } from '../world/judge.ts';

const people = Array.from({ length: 30 }, (_, index) => `p${index}`);
/** Who dies in each round; the last round runs to the end. */
const victims = ['process', 'server', 'both', 'process', 'server', 'both', 'process', 'both'] as const;

let folder: string;
let judge: Judge;
let child: ChildProcess;
let serverPid = 0;
let done = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exeunt-'));
  judge = await openJudge(people, 20);
});
afterAll(async () => {
  child.kill('SIGKILL');
  if (serverPid) process.kill(serverPid, 'SIGKILL');
  await judge.close();
  await sleep(100);
  await rm(folder, { recursive: true, force: true });
});

/** Starts the engine's process; resolves when it works. */
async function startChild(): Promise<void> {
  child = spawn(
    process.execPath,
    [new URL('../world/crash-child.ts', import.meta.url).pathname, folder, judge.url, ...people],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const started = Promise.withResolvers<void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [word, value] = line.split(' ');
    if (word === 'pid') serverPid = Number(value);
    if (word === 'done') done = Number(value);
    if (word === 'pid') started.resolve();
  });
  child.once('exit', () => started.resolve());
  await started.promise;
}

it('loses no effect when the process and the durable engine are killed at random, and repeats none more often than it was killed', async () => {
  let kills = 0;
  for (const victim of victims) {
    await startChild();
    await sleep(100 + Math.random() * 900);
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (victim !== 'process') process.kill(serverPid, 'SIGKILL');
    // A server that dies alone is missed by a living process; it is started again together with it.
    if (victim === 'server') await sleep(200);
    child.kill('SIGKILL');
    await gone;
    kills++;
  }
  await startChild();
  await expect.poll(() => done, { timeout: 60_000, interval: 200 }).toBe(people.length);

  const counts = people.flatMap((person) =>
    ['suspend', 'delete'].map((operation) => judge.effects.get(`${person}/${operation}`) ?? 0),
  );
  expect(counts.filter((count) => count === 0)).toEqual([]);
  expect(Math.max(...counts)).toBeLessThanOrEqual(1 + kills);
  expect(judge.accounts.size).toBe(0);
  const repeats = counts.reduce((sum, count) => sum + count - 1, 0);
  console.log(`crash test: ${kills} kills, ${counts.length} effects, none lost, ${repeats} repeated`);
}, 120_000);
