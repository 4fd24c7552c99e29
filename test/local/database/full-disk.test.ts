import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { expect, it } from 'vitest';
import { openDatabase, type DatabaseOptions } from '#local/database/database.ts';
import { temporaryFolder } from './temporary.ts';

const pad = 'x'.repeat(20_000);

async function connect(options: DatabaseOptions) {
  const database = await openDatabase(options);
  const connection = await mongoose.createConnection(database.uri, { dbName: 'test' }).asPromise();
  const records = connection.getClient().db('test').collection<{ _id: number; pad: string }>('records');
  const close = async () => {
    await connection.close();
    await database.close();
  };
  return { records, close };
}
type Records = Awaited<ReturnType<typeof connect>>['records'];

/** Writes until the disk is full. Gives what was acknowledged, and how the first refused write was answered. */
async function fill(records: Records): Promise<{ acknowledged: number[]; error: unknown }> {
  const acknowledged: number[] = [];
  for (let n = 0; n < 2_000; n++) {
    try {
      await records.insertOne({ _id: n, pad });
      acknowledged.push(n);
    } catch (error) {
      return { acknowledged, error };
    }
  }
  return { acknowledged, error: undefined };
}

async function ids(records: Records): Promise<number[]> {
  return (
    await records
      .find({}, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .toArray()
  ).map(({ _id }) => _id);
}

it('answers a full disk with an error, keeps what it acknowledged, and goes on when there is room', async ({
  skip,
}) => {
  const folder = await temporaryFolder();
  const disk = join(folder, 'disk');
  await mkdir(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', disk], {
      stdio: 'ignore',
      timeout: 5_000,
    });
  } catch {
    console.log('The full disk is only simulated by a limit of pages: a small tmpfs cannot be mounted here.');
    await rm(folder, { recursive: true });
    skip('a small tmpfs cannot be mounted here');
  }
  console.log('The full disk is a tmpfs of 3 MB.');
  try {
    const { records, close } = await connect({ file: join(disk, 'store.sqlite'), socket: join(folder, 's.sock') });
    await writeFile(join(disk, 'ballast'), Buffer.alloc(500_000));

    const { acknowledged, error } = await fill(records);
    expect(error).toMatchObject({ code: 14031, codeName: 'OutOfDiskSpace', message: expect.stringContaining('full') });
    // Several in one turn share a commit, and its failure.
    const together = await Promise.allSettled([1, 2, 3].map((n) => records.insertOne({ _id: 10_000 + n, pad })));
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(records.updateMany({}, { $set: { pad: pad.replaceAll('x', 'y') } })).rejects.toMatchObject({
      code: 14031,
    });
    expect(await ids(records)).toEqual(acknowledged);
    expect(await records.countDocuments({ pad })).toBe(acknowledged.length);

    await rm(join(disk, 'ballast'));
    await records.insertOne({ _id: 20_000, pad: 'room again' });
    expect(await ids(records)).toEqual([...acknowledged, 20_000]);
    await close();
  } finally {
    execFileSync('umount', ['-l', disk], { timeout: 5_000 });
    await rm(folder, { recursive: true });
  }
});

it('answers a full file with an error, and goes on after something was deleted', async () => {
  const folder = await temporaryFolder();
  const { records, close } = await connect({
    file: join(folder, 'store.sqlite'),
    socket: join(folder, 's.sock'),
    maxPages: 200,
  });

  const { acknowledged, error } = await fill(records);
  expect(error).toMatchObject({ code: 14031, codeName: 'OutOfDiskSpace' });
  await expect(
    records.insertMany([
      { _id: 10_001, pad: 'small' },
      { _id: 10_002, pad: pad.repeat(50) },
    ]),
  ).rejects.toThrow('full');
  expect(await ids(records)).toEqual(acknowledged);

  await records.deleteMany({ _id: { $lt: 3 } });
  await records.insertOne({ _id: 20_000, pad });
  expect(await ids(records)).toEqual([...acknowledged.slice(3), 20_000]);
  await close();
  await rm(folder, { recursive: true });
});
