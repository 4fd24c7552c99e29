import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { serialize } from 'bson';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { openDatabase, type Database, type DatabaseOptions } from '#local/database/database.ts';
import { openTemporary, temporaryFolder } from './temporary.ts';

async function opened(options: Partial<DatabaseOptions> = {}) {
  const database = await openTemporary(options);
  const connection = await mongoose.createConnection(database.uri, { dbName: 'test' }).asPromise();
  const close = async () => {
    await connection.close();
    await database.close();
  };
  return { connection, db: connection.getClient().db('test'), close };
}
const socketOf = (database: Database) => decodeURIComponent(/^mongodb:\/\/([^/]+)\//.exec(database.uri)?.[1] ?? '');

describe('opening', () => {
  it('makes its folder, its socket and its files for this user alone', async () => {
    const folder = await temporaryFolder();
    const database = await openDatabase({
      file: join(folder, 'data', 'store.sqlite'),
      socket: join(folder, 'run', 's.sock'),
    });

    const paths = ['data', 'run', 'run/s.sock', ...(await readdir(join(folder, 'data'))).map((name) => `data/${name}`)];
    const modes = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).mode & 0o077));

    expect(paths.length).toBeGreaterThan(4);
    expect(modes).toEqual(paths.map(() => 0));
    await database.close();
    await rm(folder, { recursive: true });
  });

  it('refuses, in words, a socket that is too long, misnamed, in an open folder or in use', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'store.sqlite');
    await mkdir(join(folder, 'open'), { mode: 0o755 });
    const first = await openDatabase({ file, socket: join(folder, 's.sock') });

    const opening = (socket: string) => openDatabase({ file, socket });
    await expect(opening(join(folder, `${'x'.repeat(110)}.sock`))).rejects.toThrow(/bytes long and may have \d+/);
    await expect(opening(join(folder, 's.socket'))).rejects.toThrow('must end in .sock');
    await expect(opening(join(folder, 'open', 's.sock'))).rejects.toThrow('chmod 700');
    await expect(opening(join(folder, 's.sock'))).rejects.toThrow('Another process serves');

    await first.close();
    expect(await readdir(join(folder, 'open'))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('does not touch a file of another version', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'store.sqlite');
    const other = new DatabaseSync(file);
    other.exec('PRAGMA user_version = 99');
    other.close();

    await expect(openDatabase({ file, socket: join(folder, 's.sock') })).rejects.toThrow('another version (99)');
    await rm(folder, { recursive: true });
  });

  it('closes while clients are connected', async () => {
    const { connection, db, close } = await opened();
    await db.collection('c').insertOne({ n: 1 });

    await expect(close()).resolves.toBeUndefined();
    expect(connection.readyState).toBe(0);
  });
});

describe('refusing', () => {
  it('names the option that it does not have', async () => {
    const { db, close } = await opened();
    const c = db.collection('c');
    await c.insertOne({ n: 1 });
    const options = [
      () => c.find({}, { collation: { locale: 'en' } }).toArray(),
      () => c.find().hint('_id_').toArray(),
      () => c.find({}, { projection: { n: { $slice: 1 } } }).toArray(),
      () => c.find({}, { projection: { m: '$n' } }).toArray(),
      () => c.find({}, { tailable: true }).toArray(),
      () => c.updateOne({}, [{ $set: { n: 2 } }]),
      () => c.updateOne({}, { $set: { 'list.$[x]': 1 } }, { arrayFilters: [{ x: 1 }] }),
      () => c.updateOne({}, { $set: { 'list.$': 1 } }),
      () => c.updateOne({}, { $push: { list: { $each: [1], $slice: 1 } } as object }),
      () => c.aggregate([{ $group: { _id: { $year: '$at' } } }]).toArray(),
      () => c.aggregate([], { readConcern: { level: 'snapshot' } }).toArray(),
      () => c.createIndex({ n: 'text' }),
      () => c.createIndex({ n: 1 }, { collation: { locale: 'en' } }),
      () => db.createCollection('capped', { capped: true, size: 1_000 }),
    ];

    for (const ask of options) {
      const error = await ask().then(
        () => 'it was answered',
        (reason: unknown) => reason,
      );
      expect({ ask: String(ask), error }).toMatchObject({
        error: { code: 238, message: expect.stringContaining('embedded store') },
      });
    }
    expect(await c.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ n: 1 }]);
    await close();
  });

  it('has no commands but those of the product', async () => {
    const { db, close } = await opened();

    for (const command of [
      'explain',
      'collMod',
      'renameCollection',
      'mapReduce',
      'bulkWrite',
      'listDatabases',
      'eval',
      'constructor',
    ])
      await expect(db.command({ [command]: 1 })).rejects.toMatchObject({
        code: 59,
        message: expect.stringContaining(command),
      });
    await close();
  });

  it('has no sessions and no transactions, and says so', async () => {
    const { connection, db, close } = await opened();

    await expect(
      connection.transaction((session) => db.collection('c').insertOne({ n: 1 }, { session })),
    ).rejects.toThrow('does not support sessions');
    const raw = { insert: 'c', documents: [{ n: 1 }], txnNumber: 1, startTransaction: true, autocommit: false };
    await expect(db.command(raw)).rejects.toMatchObject({ code: 20 });
    expect(await db.collection('c').countDocuments()).toBe(0);
    await close();
  });

  it('survives bytes that are no message', async () => {
    const { db, close } = await opened();
    const database = await openTemporary();
    const header = (length: number, operation: number) => {
      const bytes = Buffer.alloc(16);
      bytes.writeInt32LE(length, 0);
      bytes.writeInt32LE(operation, 12);
      return bytes;
    };
    const section = Buffer.from([0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 1]);
    const nonsense = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      header(-1, 2013),
      header(16, 2013),
      header(2 ** 30, 2013),
      header(20, 1),
      Buffer.concat([header(26, 2013), section]),
    ];

    const valid = Buffer.from(
      serialize({ insert: 'c', $db: 'test', documents: [{ _id: 1, deep: { er: [new Date(0), null, 'x'] } }] }),
    );
    const message = Buffer.concat([header(21 + valid.length, 2013), Buffer.alloc(5), valid]);
    for (let at = 4; at < message.length; at++) {
      const spoiled = Buffer.from(message);
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << (at % 8)) ^ 0x80;
      nonsense.push(spoiled);
    }
    const nested = { n: {} };
    for (let depth = 0, at: Record<string, object> = nested.n; depth < 4_000; depth++) at = at['n'] = {};
    const deep = Buffer.from(serialize({ find: 'c', $db: 'test', filter: nested }));
    nonsense.push(Buffer.concat([header(21 + deep.length, 2013), Buffer.alloc(5), deep]));

    for (const bytes of nonsense) {
      const client = connect(socketOf(database));
      client.on('error', () => {});
      client.end(bytes);
      client.resume();
      await once(client, 'close', { signal: AbortSignal.timeout(5_000) });
    }

    await db.collection('c').insertOne({ n: 1 });
    const connection = await mongoose.createConnection(database.uri).asPromise();
    expect(await connection.db?.command({ ping: 1 })).toMatchObject({ ok: 1 });
    await connection.close();
    await database.close();
    await close();
  });
});

describe('keeping', () => {
  it('has what was written after it was closed and opened again', async () => {
    const folder = await temporaryFolder();
    const options = { file: join(folder, 'store.sqlite'), socket: join(folder, 's.sock') };
    for (const n of [1, 2, 3]) {
      const database = await openDatabase(options);
      const connection = await mongoose.createConnection(database.uri).asPromise();
      const records = connection.getClient().db('test').collection('c');
      await records.insertOne({ n });
      expect(await records.countDocuments()).toBe(n);
      await connection.close();
      await database.close();
    }
    await rm(folder, { recursive: true });
  });

  it('sees at once what another server on the same file has made and dropped', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'store.sqlite');
    const one = await opened({ file });
    const two = await opened({ file });
    const [mine, theirs] = [one.db.collection('c'), two.db.collection('c')];
    await mine.insertOne({ key: 'a' });
    expect(await theirs.countDocuments()).toBe(1);

    await mine.createIndex({ key: 1 }, { unique: true });
    await expect(theirs.insertOne({ key: 'a' })).rejects.toMatchObject({ code: 11000 });
    await mine.drop();
    await theirs.insertMany([{ key: 'b' }, { key: 'b' }]);

    expect(await mine.countDocuments({ key: 'b' })).toBe(2);
    await one.close();
    await two.close();
    await rm(folder, { recursive: true });
  });

  it('removes expired documents, and only those', async () => {
    const { db, close } = await opened({ sweepMs: 20 });
    const c = db.collection('c');
    await c.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await c.insertMany([
      { n: 1, at: new Date(Date.now() - 61_000) },
      { n: 2, at: new Date() },
      { n: 3, at: 5 },
      { n: 4 },
    ]);

    await expect
      .poll(async () => (await c.find().toArray()).map(({ n }) => Number(n)), { timeout: 5_000 })
      .toEqual([2, 3, 4]);
    await close();
  });

  it('ends a cursor whose collection was dropped instead of handing out a part', async () => {
    const { db, close } = await opened();
    const c = db.collection('c');
    await c.insertMany(Array.from({ length: 50 }, (_, n) => ({ n })));
    const cursor = c.find().batchSize(10);
    await cursor.next();
    await c.drop();

    await expect(cursor.toArray()).rejects.toMatchObject({ code: 175 });
    await close();
  });

  it('gives up a command that takes longer than it may', async () => {
    const { db, close } = await opened();
    const c = db.collection('c');
    await c.insertMany(Array.from({ length: 5_000 }, (_, n) => ({ n, pad: 'x'.repeat(200) })));

    await expect(
      c
        .find({ m: { $elemMatch: { x: 1 } } })
        .maxTimeMS(1)
        .toArray(),
    ).rejects.toMatchObject({ code: 50 });
    expect(await c.countDocuments({}, { maxTimeMS: 60_000 })).toBe(5_000);
    await close();
  });
});
