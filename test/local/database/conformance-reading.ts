import mongoose, { type mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { failing, ids, type Court } from './court.ts';

/** What reading answers, and how it fails. The same for every server. */
export function readingPromises({ database, holding }: Court): void {
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
    expect(await c.findOne({ _id: 5 }, { projection: { 'w.deep': 1, _id: 0 } })).toEqual({
      w: { deep: 1 },
    });
    expect(await c.findOne({ _id: 5 }, { projection: { 'w.deep': 0 } })).toEqual({
      _id: 5,
      v: true,
      w: { flat: 2 },
    });
    expect(await c.findOne({ _id: 6 }, { projection: { 'w.deep': 1, _id: 0 } })).toEqual({
      w: [{ deep: 1 }, {}],
    });
    expect(await c.findOne({ _id: 4 }, { projection: { _id: 0, v: 0 } })).toEqual({ w: 1 });
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
    expect(sorted).toHaveLength(30);
  });

  it('forgets a cursor that is closed, and refuses to go on with it', async () => {
    const c = await holding(...Array.from({ length: 20 }, (_, n) => ({ _id: n })));

    const { cursor } = await database().command({ find: c.collectionName, batchSize: 3 });
    const more = () => database().command({ getMore: cursor.id, collection: c.collectionName, batchSize: 2 });

    expect((await more())['cursor'].nextBatch).toHaveLength(2);
    await database().command({ killCursors: c.collectionName, cursors: [cursor.id] });

    expect(await failing(more())).toMatchObject({ code: 43 });
  });

  it('makes, lists and drops collections and indexes', async () => {
    await database().createCollection('made');
    const c = database().collection('made');
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
    expect((await database().listCollections({ name: 'made' }).toArray()).map(({ name }) => name)).toEqual(['made']);
    expect(await c.drop()).toBe(true);
    expect(await database().listCollections({ name: 'made' }).toArray()).toEqual([]);
    expect(await failing(c.indexes())).toMatchObject({ code: 26 });
  });

  it('refuses commands, fields and expressions that it does not know, by name', async () => {
    const c = await holding({ _id: 1 });

    expect(await failing(database().command({ nonsense: 1 }))).toMatchObject({ code: 59 });
    expect(await failing(database().command({ find: c.collectionName, nonsense: 1 }))).toMatchObject({ code: 40415 });
    expect(await failing(c.findOne({ a: { $nonsense: 1 } }))).toMatchObject({ code: 2 });
    expect(await failing(c.findOne({ $nonsense: [] }))).toMatchObject({ code: 2 });
    expect(await failing(c.findOne({ a: { $regex: '(' } }))).toMatchObject({ code: 51091 });
    expect(await database().command({ insert: c.collectionName, documents: [{ _id: [1] }] })).toMatchObject({
      writeErrors: [{ code: 53 }],
    });
  });
}
