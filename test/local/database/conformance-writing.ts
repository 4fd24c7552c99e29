import mongoose, { Schema, type mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { failing, ids, type Court } from './court.ts';

/** What writing does, and how it fails. The same for every server. */
export function writingPromises({ connection, holding, freshName }: Court): void {
  it('inserts one by one: the first failure stops an ordered list and not an unordered one', async () => {
    const c = await holding({ _id: 1 });
    const list = () => [{ _id: 2 }, { _id: 1 }, { _id: 3 }];

    const ordered = await failing(c.insertMany(list()));
    expect(ordered).toMatchObject({ code: 11000, result: { insertedCount: 1 } });
    await c.deleteOne({ _id: 2 });
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
    const one = async (id: number) => c.findOne({ _id: id });

    const result = await c.updateOne(
      { _id: 1 },
      {
        $set: { 'o.y.z': 2, 'tags.2': 'c' },
        $inc: { n: 1.5, fresh: 2 },
        $unset: { 'o.x': '' },
        $min: { low: 3 },
        $max: { n2: 4 },
      },
    );
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
    await c.updateOne({ _id: 1 }, { $min: { low: 1, n: 9 }, $max: { n2: 5, fresh: 1 } });
    expect(await one(1)).toMatchObject({ low: 1, n: 2.5, n2: 5, fresh: 2 });

    await c.updateOne({ _id: 1 }, { $push: { tags: { $each: ['d', 'd'] }, list: 1 } as object });
    await c.updateOne({ _id: 1 }, { $addToSet: { tags: { $each: ['d', 'e'] }, list: 1 } });
    await c.updateOne({ _id: 1 }, { $pull: { tags: { $in: ['a', null] } } as object });
    expect(await one(1)).toMatchObject({ tags: ['c', 'd', 'd', 'e'], list: [1] });
    await c.updateOne({ _id: 2 }, { $pull: { tags: { k: { $gt: 1 } } } as object });
    expect(await one(2)).toMatchObject({ tags: [{ k: 1 }] });

    expect(await c.updateMany({}, { $set: { n: 0 } })).toMatchObject({ matchedCount: 2, modifiedCount: 2 });
    expect(await c.updateMany({}, { $set: { n: 0 } })).toMatchObject({ matchedCount: 2, modifiedCount: 0 });
    expect(await c.replaceOne({ _id: 2 }, { only: 1 })).toMatchObject({ modifiedCount: 1 });
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
    expect(await failing(c.updateOne({}, JSON.parse('{ "$inc": { "i": "x" } }')))).toMatchObject({ code: 14 });
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
    expect(await failing(c.replaceOne({ _id: 1 }, { _id: 2 }))).toMatchObject({ code: 66 });

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
    const replaced = await c.replaceOne({ _id: 7 }, { key: 'r' }, { upsert: true });

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
    const count = () => c.findOneAndUpdate({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true, returnDocument: 'after' });

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
    expect(await c.findOneAndReplace({ _id: 1 }, { r: 1 }, { returnDocument: 'after' })).toEqual({
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
    expect(new Set(await c.distinct('tags'))).toEqual(new Set(['x', 'y']));
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

  it('carries mongoose: defaults, timestamps, versions, duplicates and cursors', async () => {
    const fields = {
      key: { type: String, unique: true, lowercase: true },
      n: { type: Number, default: 0 },
      at: Date,
      steps: [{ name: String, state: String }],
    };
    const Case = connection().model(
      `Case${freshName()}`,
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
}
