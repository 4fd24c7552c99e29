import mongoose, { Schema, type mongo } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A server to judge: where it is, and how it is left. */
export interface Judged {
  readonly uri: string;
  close(): Promise<void>;
}

/** The calls that the product makes, with what they answer and how they fail; the same for every server. */
export function conformance(name: string, open: () => Promise<Judged>): void {
  describe(name, () => {
    let server: Judged;
    let connection: mongoose.Connection;
    let made = 0;
    beforeAll(async () => {
      server = await open();
      const options = { dbName: `exeunt_test_${process.pid}`, serverSelectionTimeoutMS: 5_000 };
      connection = await mongoose.createConnection(server.uri, options).asPromise();
    });
    afterAll(async () => {
      await connection?.dropDatabase();
      await connection?.close();
      await server?.close();
    });

    /** A new collection with these documents. */
    async function holding(...documents: mongo.Document[]): Promise<mongo.Collection> {
      const collection = connection.collection(`c${++made}`);
      if (documents.length > 0) await collection.insertMany(documents);
      return connection.getClient().db(connection.name).collection(collection.collectionName);
    }
    async function ids(collection: mongo.Collection, filter: mongo.Document): Promise<unknown[]> {
      const found = await collection.find(filter).sort({ _id: 1 }).toArray();
      return found.map(({ _id }) => _id as unknown); // The tests choose the ids, and not all are ObjectIds.
    }
    const failing = (work: Promise<unknown>) =>
      work.then(
        () => expect.fail('it was answered without an error'),
        (error: unknown) => error,
      );

    it('gives back every type as it was stored', async () => {
      const { Long, Double, Int32, Decimal128, UUID } = mongoose.mongo.BSON;
      const value = {
        _id: 1,
        text: 'ä\u0000z',
        nothing: null,
        yes: true,
        at: new Date(-5),
        id: new mongoose.Types.ObjectId(),
        bytes: Buffer.from('hi'),
        uuid: new UUID('018f4c3e-7a2b-7cde-8f00-1234567890ab'),
        long: Long.fromString('9007199254740993'),
        whole: new Double(3),
        small: new Int32(3),
        decimal: Decimal128.fromString('12.340'),
        list: [1, [2, { three: 3 }], []],
        nested: { constructor: 'x', toString: 1, deep: { er: [] } },
      };
      const collection = await holding(value);

      const raw = await collection.findOne({}, { promoteValues: false, promoteLongs: false });

      expect(mongoose.mongo.BSON.serialize(raw ?? {})).toEqual(mongoose.mongo.BSON.serialize(value));
    });

    it('finds by comparison, with lists, null and missing fields in their own way', async () => {
      const c = await holding(
        { _id: 1, n: 1, s: 'a', tags: ['x', 'y'] },
        { _id: 2, n: 2.5, s: 'b', tags: [] },
        { _id: 3, n: null, tags: ['y'], o: { a: 1, b: [{ c: 1 }, { c: 5 }] } },
        { _id: 4, s: 'B\nb', o: { a: 2, b: { c: 3 } }, at: new Date(10) },
      );

      expect(await ids(c, { n: 1 })).toEqual([1]);
      expect(await ids(c, { n: { $ne: 1 } })).toEqual([2, 3, 4]);
      expect(await ids(c, { n: { $gt: 1, $lte: 2.5 } })).toEqual([2]);
      expect(await ids(c, { n: { $gte: 1, $lt: 2.5 } })).toEqual([1]);
      expect(await ids(c, { n: null })).toEqual([3, 4]);
      expect(await ids(c, { n: { $exists: false } })).toEqual([4]);
      expect(await ids(c, { n: { $exists: true } })).toEqual([1, 2, 3]);
      expect(await ids(c, { s: { $in: ['a', /^b/i] } })).toEqual([1, 2, 4]);
      expect(await ids(c, { s: { $nin: ['a', null] } })).toEqual([2, 4]);
      expect(await ids(c, { tags: 'y' })).toEqual([1, 3]);
      expect(await ids(c, { tags: ['y'] })).toEqual([3]);
      expect(await ids(c, { tags: { $size: 0 } })).toEqual([2]);
      expect(await ids(c, { 'tags.0': 'y' })).toEqual([3]);
      expect(await ids(c, { 'o.b.c': { $gt: 2 } })).toEqual([3, 4]);
      expect(await ids(c, { 'o.b': { $elemMatch: { c: { $gt: 2, $lt: 9 } } } })).toEqual([3]);
      expect(await ids(c, { tags: { $elemMatch: { $gt: 'x', $lt: 'z' } } })).toEqual([1, 3]);
      expect(await ids(c, { $or: [{ n: 1 }, { 'o.a': 2 }] })).toEqual([1, 4]);
      expect(await ids(c, { $nor: [{ n: 1 }, { 'o.a': 2 }] })).toEqual([2, 3]);
      expect(await ids(c, { $and: [{ n: { $gt: 0 } }, { s: 'b' }] })).toEqual([2]);
      expect(await ids(c, { n: { $not: { $gt: 1 } } })).toEqual([1, 3, 4]);
      expect(await ids(c, { s: { $regex: '^b', $options: 'im' } })).toEqual([2, 4]);
      expect(await ids(c, { s: { $not: /a/ } })).toEqual([2, 3, 4]);
      expect(await ids(c, { at: { $lt: new Date(11) } })).toEqual([4]);
      expect(await ids(c, { s: { $gt: 5 } })).toEqual([]);
      expect(await ids(c, { o: { a: 2, b: { c: 3 } } })).toEqual([4]);
      expect(await ids(c, { _id: { $in: [] } })).toEqual([]);
    });

    it('sorts across types and by several fields, skips, limits and projects', async () => {
      const id = new mongoose.Types.ObjectId();
      const c = await holding(
        { _id: 1, v: 'b', w: 1 },
        { _id: 2, v: 3, w: 2 },
        { _id: 3, w: 3 },
        { _id: 4, v: [9, 1], w: 1 },
        { _id: 5, v: true, w: { deep: 1, flat: 2 } },
        { _id: 6, v: id, w: [{ deep: 1 }, { flat: 2 }] },
      );
      const order = async (sort: mongo.Sort) => (await c.find().sort(sort).toArray()).map(({ _id }) => Number(_id));

      expect(await order({ v: 1 })).toEqual([3, 4, 2, 1, 6, 5]);
      expect(await order({ v: -1 })).toEqual([5, 6, 1, 4, 2, 3]);
      expect(await order({ w: 1, _id: -1 })).toEqual([4, 1, 2, 3, 6, 5]);
      expect(
        await c
          .find({}, { projection: { _id: 1 } })
          .sort({ _id: 1 })
          .skip(1)
          .limit(2)
          .toArray(),
      ).toEqual([{ _id: 2 }, { _id: 3 }]);
      expect(await c.findOne({ _id: 5 } as object, { projection: { 'w.deep': 1, _id: 0 } })).toEqual({
        w: { deep: 1 },
      });
      expect(await c.findOne({ _id: 5 } as object, { projection: { 'w.deep': 0 } })).toEqual({
        _id: 5,
        v: true,
        w: { flat: 2 },
      });
      expect(await c.findOne({ _id: 6 } as object, { projection: { 'w.deep': 1, _id: 0 } })).toEqual({
        w: [{ deep: 1 }, {}],
      });
      expect(await c.findOne({ _id: 4 } as object, { projection: { _id: 0, v: 0 } })).toEqual({ w: 1 });
      expect(await failing(c.findOne({}, { projection: { a: 1, b: 0 } }))).toMatchObject({ code: 31254 });
    });

    it('hands out many documents in batches, each once', async () => {
      const c = await holding(...Array.from({ length: 2_345 }, (_, n) => ({ _id: n, n: n % 7, pad: 'x'.repeat(50) })));

      const seen = (await c.find().batchSize(100).toArray()).map(({ _id }) => Number(_id));
      const sorted = (await c.find().sort({ n: 1, _id: -1 }).batchSize(7).limit(30).toArray()).map(({ _id }) =>
        Number(_id),
      );

      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2_345 }, (_, n) => n));
      expect(sorted.slice(0, 3)).toEqual([2_338, 2_331, 2_324]);
      );
      expect(sorted).toHaveLength(30);
    });

    it('forgets a cursor that is closed, and refuses to go on with it', async () => {
      const c = await holding(...Array.from({ length: 20 }, (_, n) => ({ _id: n })));
      const database = connection.getClient().db(connection.name);
      const { cursor } = await database.command({ find: c.collectionName, batchSize: 3 });
      const more = () => database.command({ getMore: cursor.id, collection: c.collectionName, batchSize: 2 });

      expect((await more())['cursor'].nextBatch).toHaveLength(2);
      await database.command({ killCursors: c.collectionName, cursors: [cursor.id] });

      expect(await failing(more())).toMatchObject({ code: 43 });
    });

    it('inserts one by one: the first failure stops an ordered list and not an unordered one', async () => {
      const c = await holding({ _id: 1 });
      const list = () => [{ _id: 2 }, { _id: 1 }, { _id: 3 }].map((one) => one as mongo.Document);

      const ordered = await failing(c.insertMany(list()));
      expect(ordered).toMatchObject({ code: 11000, result: { insertedCount: 1 } });
      await c.deleteOne({ _id: 2 } as object);
      const unordered = await failing(c.insertMany(list(), { ordered: false }));
      expect(unordered).toMatchObject({ code: 11000, result: { insertedCount: 2 } });

      expect(await ids(c, {})).toEqual([1, 2, 3]);
    });

    it('keeps unique keys, also of lists and of several fields, and says which was taken', async () => {
      const c = await holding({ _id: 1, key: 'a', list: [1, 2], x: 1, y: 1 });
      await c.createIndex({ key: 1 }, { unique: true });
      await c.createIndex({ list: 1 }, { unique: true, sparse: true });
      await c.createIndex({ x: 1, y: -1 }, { unique: true, sparse: true });

      const taken = await failing(c.insertOne({ key: 'a' }));
      expect(taken).toMatchObject({ code: 11000, keyPattern: { key: 1 }, keyValue: { key: 'a' } });
      expect(String(taken)).toContain('index: key_1');
      expect(await failing(c.insertOne({ key: 'b', list: [5, 2] }))).toMatchObject({
        code: 11000,
        keyPattern: { list: 1 },
      });
      expect(await failing(c.insertOne({ key: 'b', x: 1, y: 1 }))).toMatchObject({ keyPattern: { x: 1, y: -1 } });
      await c.insertMany([{ key: 'c' }, { key: 'd', list: [7, 7] }, { x: 1, y: 2 }]);
      expect(await failing(c.insertOne({ other: 1 }))).toMatchObject({ code: 11000, keyValue: { key: null } });
      expect(await failing(c.updateOne({ key: 'c' }, { $set: { key: 'a' } }))).toMatchObject({ code: 11000 });
      expect(await failing(c.createIndex({ none: 1 }, { unique: true }))).toMatchObject({ code: 11000 });

      expect(await c.countDocuments()).toBe(4);
      expect((await c.indexes()).map(({ name }) => name)).toEqual(['_id_', 'key_1', 'list_1', 'x_1_y_-1']);
    });

    it('keeps a partial unique key among those that it is for', async () => {
      const c = await holding();
      await c.createIndex({ subject: 1 }, { unique: true, partialFilterExpression: { open: true } });
      await c.insertMany([
        { subject: 'a', open: false },
        { subject: 'a', open: false },
        { subject: 'a', open: true },
      ]);

      expect(await failing(c.insertOne({ subject: 'a', open: true }))).toMatchObject({ code: 11000 });
      expect(await failing(c.updateMany({ open: false }, { $set: { open: true } }))).toMatchObject({ code: 11000 });
      expect(await c.countDocuments({ subject: 'a' })).toBe(3);
      expect(await c.countDocuments({ subject: 'a', open: true })).toBe(1);
    });

    it('changes one document or all with each operator', async () => {
      const c = await holding({ _id: 1, n: 1, tags: ['a'], o: { x: 1 } }, { _id: 2, n: 5, tags: [{ k: 1 }, { k: 2 }] });
      const one = async (id: number) => c.findOne({ _id: id } as object);

      const result = await c.updateOne({ _id: 1 } as object, {
        $set: { 'o.y.z': 2, 'tags.2': 'c' },
        $inc: { n: 1.5, fresh: 2 },
        $unset: { 'o.x': '' },
        $min: { low: 3 },
        $max: { n2: 4 },
      });
      expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 1, upsertedCount: 0 });
      expect(await one(1)).toEqual({
        _id: 1,
        n: 2.5,
        tags: ['a', null, 'c'],
        o: { y: { z: 2 } },
        fresh: 2,
        low: 3,
        n2: 4,
      });
      await c.updateOne({ _id: 1 } as object, { $min: { low: 1, n: 9 }, $max: { n2: 5, fresh: 1 } });
      expect(await one(1)).toMatchObject({ low: 1, n: 2.5, n2: 5, fresh: 2 });

      await c.updateOne({ _id: 1 } as object, { $push: { tags: { $each: ['d', 'd'] }, list: 1 } as object });
      await c.updateOne({ _id: 1 } as object, { $addToSet: { tags: { $each: ['d', 'e'] }, list: 1 } as object });
      await c.updateOne({ _id: 1 } as object, { $pull: { tags: { $in: ['a', null] } } as object });
      expect(await one(1)).toMatchObject({ tags: ['c', 'd', 'd', 'e'], list: [1] });
      await c.updateOne({ _id: 2 } as object, { $pull: { tags: { k: { $gt: 1 } } } as object });
      expect(await one(2)).toMatchObject({ tags: [{ k: 1 }] });

      expect(await c.updateMany({}, { $set: { n: 0 } })).toMatchObject({ matchedCount: 2, modifiedCount: 2 });
      expect(await c.updateMany({}, { $set: { n: 0 } })).toMatchObject({ matchedCount: 2, modifiedCount: 0 });
      expect(await c.replaceOne({ _id: 2 } as object, { only: 1 })).toMatchObject({ modifiedCount: 1 });
      expect(await one(2)).toEqual({ _id: 2, only: 1 });
      expect(await c.deleteOne({})).toEqual({ acknowledged: true, deletedCount: 1 });
      expect(await c.deleteMany({})).toEqual({ acknowledged: true, deletedCount: 1 });
    });

    it('keeps the type of a number when it adds, and refuses what is no number', async () => {
      const { Long, Double } = mongoose.mongo.BSON;
      const c = await holding({
        _id: 1,
        i: 2147483647,
        l: Long.fromString('9007199254740993'),
        d: new Double(1),
        s: 'x',
      });

      await c.updateOne({}, { $inc: { i: 1, l: 1, d: 1 } });

      const typed = await c.findOne({}, { promoteValues: false, promoteLongs: false });
      expect(typed).toMatchObject({
        i: Long.fromNumber(2147483648),
        l: Long.fromString('9007199254740994'),
        d: new Double(2),
      });
      expect(await failing(c.updateOne({}, { $inc: { s: 1 } }))).toMatchObject({ code: 14 });
      expect(await failing(c.updateOne({}, { $inc: { i: 'x' } as object }))).toMatchObject({ code: 14 });
    });

    it('refuses an update that contradicts itself, changes an id or cannot be done, and changes nothing', async () => {
      const before = { _id: 1, a: { b: 1 }, s: 'x', list: [1] };
      const c = await holding(before);
      const change = (update: object) => failing(c.updateOne({}, update));

      expect(await change({ $set: { a: 1 }, $unset: { 'a.b': '' } })).toMatchObject({ code: 40 });
      expect(await change({ $set: { s: 'y', _id: 2 } })).toMatchObject({ code: 66 });
      expect(await change({ $set: { 's.t': 1 } })).toMatchObject({ code: 28 });
      expect(await change({ $push: { s: 1 } })).toMatchObject({ code: 2 });
      expect(await change({ $nonsense: { s: 1 } })).toMatchObject({ code: 9 });
      expect(await change({ $set: { 'a..b': 1 } })).toMatchObject({ code: 56 });
      expect(await failing(c.replaceOne({ _id: 1 } as object, { _id: 2 } as object))).toMatchObject({ code: 66 });

      expect(await c.find().toArray()).toEqual([before]);
    });

    it('inserts what was not found, from the filter and the update', async () => {
      const c = await holding();
      await c.createIndex({ key: 1 }, { unique: true });

      const made = await c.updateOne(
        { key: 'a', n: { $gt: 1 }, $and: [{ t: { $eq: 2 } }] },
        { $setOnInsert: { at: 1 }, $inc: { n: 2 } },
        { upsert: true },
      );
      const found = await c.updateOne({ key: 'a' }, { $setOnInsert: { at: 9 }, $inc: { n: 1 } }, { upsert: true });
      const replaced = await c.replaceOne({ _id: 7 } as object, { key: 'r' }, { upsert: true });

      expect(made).toMatchObject({
        matchedCount: 0,
        upsertedCount: 1,
        upsertedId: expect.any(mongoose.Types.ObjectId),
      });
      expect(found).toMatchObject({ matchedCount: 1, modifiedCount: 1, upsertedCount: 0 });
      expect(replaced).toMatchObject({ upsertedId: 7 });
      expect(
        await c
          .find({}, { projection: { _id: 0 } })
          .sort({ key: 1 })
          .toArray(),
      ).toEqual([{ key: 'a', t: 2, at: 1, n: 3 }, { key: 'r' }]);
    });

    it('makes one document of many upserts at once, and counts each', async () => {
      const c = await holding();
      await c.createIndex({ key: 1 }, { unique: true });
      const count = () =>
        c.findOneAndUpdate({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true, returnDocument: 'after' });

      // MongoDB may answer 11000 to some of them; the product tries those once more.
      await Promise.all(Array.from({ length: 50 }, () => count().catch(count)));

      expect(await c.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ key: 'k', n: 50 }]);
    });

    it('finds and changes in one step, and gives the document before or after', async () => {
      const c = await holding({ _id: 1, n: 1 }, { _id: 2, n: 2 });

      expect(await c.findOneAndUpdate({}, { $inc: { n: 10 } }, { sort: { n: -1 } })).toEqual({ _id: 2, n: 2 });
      expect(
        await c.findOneAndUpdate({ n: 12 }, { $set: { s: 1 } }, { returnDocument: 'after', projection: { s: 1 } }),
      ).toEqual({ _id: 2, s: 1 });
      expect(await c.findOneAndUpdate({ n: 99 }, { $set: { s: 1 } })).toBeNull();
      expect(await c.findOneAndReplace({ _id: 1 } as object, { r: 1 }, { returnDocument: 'after' })).toEqual({
        _id: 1,
        r: 1,
      });
      expect(await c.findOneAndDelete({ r: 1 })).toEqual({ _id: 1, r: 1 });
      expect(await ids(c, {})).toEqual([2]);
    });

    it('counts, lists values and groups', async () => {
      const c = await holding(
        { _id: 1, kind: 'a', n: 2, tags: ['x', 'y'] },
        { _id: 2, kind: 'b', n: 3.5 },
        { _id: 3, kind: 'a', n: 4, tags: ['y'] },
        { _id: 4, n: 'none' },
      );
      const run = (...stages: mongo.Document[]) => c.aggregate(stages).toArray();

      expect(await c.countDocuments({ kind: 'a' })).toBe(2);
      expect(await c.countDocuments({ kind: 'z' })).toBe(0);
      expect(await c.countDocuments({}, { skip: 1, limit: 2 })).toBe(2);
      expect(await c.estimatedDocumentCount()).toBe(4);
      expect((await c.distinct('tags')).toSorted()).toEqual(['x', 'y']);
      expect(await c.distinct('n', { kind: 'a' })).toEqual([2, 4]);
      expect(
        await run(
          {
            $group: {
              _id: '$kind',
              n: { $sum: '$n' },
              count: { $sum: 1 },
              least: { $min: '$n' },
              most: { $max: '$n' },
              first: { $first: '$_id' },
            },
          },
          { $sort: { _id: 1 } },
        ),
      ).toEqual([
        { _id: null, n: 0, count: 1, least: 'none', most: 'none', first: 4 },
        { _id: 'a', n: 6, count: 2, least: 2, most: 4, first: 1 },
        { _id: 'b', n: 3.5, count: 1, least: 3.5, most: 3.5, first: 2 },
      ]);
      expect(await run({ $match: { kind: 'a' } }, { $group: { _id: null, n: { $sum: '$n' } } })).toEqual([
        { _id: null, n: 6 },
      ]);
      expect(await run({ $sort: { _id: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { kind: 1 } })).toEqual([
        { _id: 3, kind: 'a' },
        { _id: 2, kind: 'b' },
      ]);
      expect(await run({ $match: { n: { $gt: 2 } } }, { $count: 'many' })).toEqual([{ many: 2 }]);
      expect(await run({ $match: { n: 99 } }, { $count: 'many' })).toEqual([]);
      expect(await failing(run({ $nonsense: {} }))).toMatchObject({ code: 40324 });
    });

    it('makes, lists and drops collections and indexes', async () => {
      const database = connection.getClient().db(connection.name);
      await database.createCollection('made');
      const c = database.collection('made');
      expect(await c.createIndex({ at: 1 }, { expireAfterSeconds: 60 })).toBe('at_1');
      expect(await c.createIndex({ at: 1 }, { expireAfterSeconds: 60 })).toBe('at_1');
      expect(await failing(c.createIndex({ at: 1 }, { expireAfterSeconds: 90 }))).toMatchObject({ code: 85 });
      expect(await failing(c.createIndex({ at: -1 }, { name: 'at_1' }))).toMatchObject({ code: 86 });
      expect(await c.indexes()).toEqual([
        { v: 2, key: { _id: 1 }, name: '_id_' },
        { v: 2, key: { at: 1 }, name: 'at_1', expireAfterSeconds: 60 },
      ]);

      await c.dropIndex('at_1');
      expect(await failing(c.dropIndex('at_1'))).toMatchObject({ code: 27 });
      expect((await database.listCollections({ name: 'made' }).toArray()).map(({ name }) => String(name))).toEqual([
        'made',
      ]);
      expect(await c.drop()).toBe(true);
      expect(await database.listCollections({ name: 'made' }).toArray()).toEqual([]);
      expect(await failing(c.indexes())).toMatchObject({ code: 26 });
    });

    it('refuses commands, fields and expressions that it does not know, by name', async () => {
      const database = connection.getClient().db(connection.name);
      const c = await holding({ _id: 1 });

      expect(await failing(database.command({ nonsense: 1 }))).toMatchObject({ code: 59 });
      expect(await failing(database.command({ find: c.collectionName, nonsense: 1 }))).toMatchObject({ code: 40415 });
      expect(await failing(c.findOne({ a: { $nonsense: 1 } }))).toMatchObject({ code: 2 });
      expect(await failing(c.findOne({ $nonsense: [] }))).toMatchObject({ code: 2 });
      expect(await failing(c.findOne({ a: { $regex: '(' } }))).toMatchObject({ code: 51091 });
      expect(await failing(c.insertOne({ _id: [1] as never }))).toMatchObject({ code: 53 });
    });

    it('carries mongoose: defaults, timestamps, versions, duplicates and cursors', async () => {
      const fields = {
        key: { type: String, unique: true, lowercase: true },
        n: { type: Number, default: 0 },
        at: Date,
        steps: [{ name: String, state: String }],
      };
      const Case = connection.model(
        `Case${++made}`,
        new Schema(fields, { timestamps: true, optimisticConcurrency: true, strict: 'throw' }),
      );
      await Case.init();

      const created = await Case.create({ key: 'A', steps: [{ name: 's1', state: 'todo' }] });
      expect(created).toMatchObject({ key: 'a', n: 0, createdAt: expect.any(Date) });
      await expect(Case.create({ key: 'a' })).rejects.toMatchObject({
        code: 11000,
        keyPattern: { key: 1 },
        keyValue: { key: 'a' },
      });

      const [one, two] = [await Case.findOne({ key: 'a' }), await Case.findOne({ key: 'a' })];
      one?.steps.push({ name: 's2', state: 'todo' });
      await one?.save();
      two?.set('n', 5);
      await expect(two?.save()).rejects.toMatchObject({ name: 'VersionError' });

      await Case.bulkWrite([
        { insertOne: { document: { key: 'b' } } },
        { updateOne: { filter: { key: 'b' }, update: { $set: { n: 9 } } } },
        { updateOne: { filter: { key: 'c' }, update: { $set: { n: 1 } }, upsert: true } },
        { deleteOne: { filter: { key: 'a' } } },
      ]);
      const keys: string[] = [];
      for await (const { key } of Case.find().sort({ key: 1 }).lean().cursor()) keys.push(String(key));
      expect(keys).toEqual(['b', 'c']);
      expect(await Case.exists({ key: 'b', n: { $gte: 9 } })).not.toBeNull();
    });
  });
}
