import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import mongoose from 'mongoose';
import { expect, it } from 'vitest';
import { openDatabase } from '#local/database/database.ts';
import { temporaryFolder } from './temporary.ts';

const script = join(import.meta.dirname, 'writer.ts');

function startWriter(...values: string[]): {
  child: ChildProcess;
  acknowledged: string[];
  count(n: number): Promise<void>;
} {
  const child = spawn(process.execPath, [script, ...values], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    acknowledged.push(...lines);
  });
  const count = async (n: number) => {
    while (acknowledged.length < n) await once(child.stdout, 'data', { signal: AbortSignal.timeout(40_000) });
  };
  return { child, acknowledged, count };
}

async function look(folder: string): Promise<{ ids: string[]; counted: number; byIndex: number }> {
  const database = await openDatabase({ file: join(folder, 'store.sqlite'), socket: join(folder, 's.sock') });
  const connection = await mongoose.createConnection(database.uri, { dbName: 'test' }).asPromise();
  const db = connection.getClient().db('test');
  const ids = (await db.collection('records').find().toArray()).map(({ _id }) => String(_id));
  const byIndex = (
    await db
      .collection('records')
      .find({ _id: { $in: ids } } as object)
      .toArray()
  ).length;
  const counted = Number((await db.collection('counters').findOne())?.['n'] ?? 0);
  await connection.close();
  await database.close();
  return { ids, counted, byIndex };
}

function integrity(folder: string): unknown {
  const file = new DatabaseSync(join(folder, 'store.sqlite'));
  const orphans = file
    .prepare('SELECT count(*) AS n FROM entry LEFT JOIN document ON id = document WHERE id IS NULL')
    .get();
  const check = file.prepare('PRAGMA integrity_check').get();
  file.close();
  return { ...check, orphans: orphans?.['n'] };
}

it('has every acknowledged write and no other after kill -9, again and again', { timeout: 90_000 }, async () => {
  const folder = await temporaryFolder();
  const socket = join(folder, 's.sock');
  let acknowledged: string[] = [];

  for (let round = 0; round < 3; round++) {
    // Each start also finds the socket file that the killed process has left behind.
    const writer = startWriter(join(folder, 'store.sqlite'), socket, 'plain');
    await writer.count(40 + round * 57);
    writer.child.kill('SIGKILL');
    await once(writer.child, 'close', { signal: AbortSignal.timeout(20_000) });
    acknowledged = acknowledged.concat(writer.acknowledged);
  }

  const { ids, counted, byIndex } = await look(folder);
  const kept = new Set(ids);
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  expect(byIndex).toBe(ids.length);
  // Each of the 8 writers of a round writes one after the other: one insert may be kept without its acknowledgement.
  const last = new Map<string, number>();
  for (const id of acknowledged) last.set(id.split('-')[0] ?? '', Number(id.split('-')[1]));
  const ghosts = ids.filter((id) => Number(id.split('-')[1]) > (last.get(id.split('-')[0] ?? '') ?? -1) + 1);
  expect(ghosts).toEqual([]);
  expect(counted).toBeGreaterThanOrEqual(acknowledged.length);
  expect(counted).toBeLessThanOrEqual(ids.length);
  expect(integrity(folder)).toEqual({ integrity_check: 'ok', orphans: 0 });
  await rm(folder, { recursive: true });
});

it(
  'lets several processes write to one file: nothing is lost, doubled or counted twice',
  { timeout: 90_000 },
  async () => {
    const folder = await temporaryFolder();
    const share = 12;

    const racers = Array.from({ length: 3 }, (_, n) =>
      startWriter(join(folder, 'store.sqlite'), join(folder, `racer${n}.sock`), 'racer', String(share)),
    );
    const ends = await Promise.all(
      racers.map(({ child }) => once(child, 'close', { signal: AbortSignal.timeout(40_000) })),
    );

    expect(ends.map(([code]) => code as unknown)).toEqual([0, 0, 0]);
    const { ids, counted } = await look(folder);
    expect(counted).toBe(3 * 8 * share);
    expect(ids.filter((id) => id.startsWith('raced-'))).toHaveLength(share);
    expect(ids).toHaveLength(3 * 8 * share + share);
    expect(integrity(folder)).toEqual({ integrity_check: 'ok', orphans: 0 });
    await rm(folder, { recursive: true });
  },
);
