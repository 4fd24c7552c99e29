import * as fc from 'fast-check';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '#local/database/database.ts';
import { sortKey, type IndexKey } from '#local/database/index-entries.ts';
import { openTemporary } from './temporary.ts';

interface Entry extends mongoose.mongo.Document {
  _id: number;
}
let database: Database;
let connection: mongoose.Connection;
beforeAll(async () => {
  database = await openTemporary();
  connection = await mongoose.createConnection(database.uri, { dbName: 'test' }).asPromise();
});
afterAll(async () => {
  await connection.close();
  await database.close();
});

const values = [
  null,
  true,
  -1,
  0,
  1.5,
  2,
  '',
  'a',
  'aa',
  'b',
  'b\u0000',
  new Date(-1),
  new Date(5),
  -Infinity,
  Number.NaN,
];
const scalar = fc.constantFrom<unknown>(...values);
const list = fc.array(scalar, { maxLength: 3 });
/** Lists change how an index may be used, so that half of the collections have none. */
const entries = fc.boolean().chain((lists) => {
  const value = fc.oneof({ weight: 3, arbitrary: scalar }, lists ? list : fc.record({ c: scalar }));
  const entry = fc.record({ a: value, n: fc.record({ c: value }) }, { requiredKeys: [] });
  return fc.array(entry, { minLength: 10, maxLength: 25 });
});
const condition = fc.oneof(
  scalar,
  fc.record({ $gt: scalar }),
  fc.record({ $lte: scalar }),
  fc.record({ $gte: scalar, $lt: scalar }),
  fc.array(scalar, { maxLength: 4 }).map((list) => ({ $in: list })),
  fc.constantFrom('^a', '^b', 'b$').map((pattern) => ({ $regex: pattern })),
  fc.boolean().map((present) => ({ $exists: present })),
);
const path = fc.constantFrom('a', 'n.c');
const filter = fc.dictionary(path, condition, { maxKeys: 2 });
const direction = fc.constantFrom<1 | -1>(1, -1);
const fields = (minLength: number) =>
  fc.uniqueArray(fc.tuple(path, direction), { minLength, maxLength: 2, selector: ([name]) => name });
const index = fc.record({ key: fields(1), sparse: fc.boolean() });

it('finds through any index what it finds without one, and in the order that is asked for', async () => {
  const db = connection.getClient().db('test');
  const plain = db.collection<Entry>('plain');
  const indexed = db.collection<Entry>('indexed');
  const queries = fc.array(fc.record({ filter, sort: fields(0) }), { minLength: 15, maxLength: 15 });
  const property = fc.asyncProperty(entries, index, queries, async (documents, { key, sparse }, asked) => {
    await plain.drop();
    await indexed.drop();
    await indexed.createIndex(key, { sparse });
    // Two lists side by side cannot be indexed; such documents are left out on both sides.
    await indexed
      .insertMany(
        documents.map((one, n) => ({ _id: n, ...one })),
        { ordered: false },
      )
      .catch(notParallel);
    await plain.insertMany(await indexed.find().toArray());

    for (const { filter, sort } of asked) {
      const there = await indexed.find(filter).sort(sort).toArray().catch(parallelSort);
      const here = await plain.find(filter).sort(sort).toArray().catch(parallelSort);
      const question = { filter, sort, key, sparse };
      expect({ question, ids: idsOf(there) }).toEqual({ question, ids: idsOf(here) });
      expect({ question, keys: keysOf(there, sort) }).toEqual({ question, keys: keysOf(here, sort) });
    }
  });

  await fc.assert(property, { numRuns: 150, interruptAfterTimeLimit: 12_000 });
});

function idsOf(found: readonly Entry[]): number[] {
  return found.map(({ _id }) => _id).toSorted((a, b) => a - b);
}

/** What a sort compares: documents of the same key may come in any order. */
function keysOf(found: readonly Entry[], sort: IndexKey): string[] {
  return sort.length === 0 ? [] : found.map((one) => sortKey(one, sort).toString('hex'));
}

function notParallel(error: { code?: number }): void {
  if (error.code !== 171) throw error;
}

/** Sorting by two lists side by side is refused with or without an index. */
function parallelSort(error: { code?: number }): Entry[] {
  if (error.code !== 2) throw error;
  return [];
}

it('counts the same after changes and deletions, whichever index is asked', async () => {
  const c = connection.getClient().db('test').collection<Entry>('changed');
  await c.createIndex({ tags: 1 });
  await c.createIndex({ n: -1, tags: 1 });
  await c.insertMany(Array.from({ length: 60 }, (_, n) => ({ _id: n, n: n % 5, tags: [n % 3, n % 4] })));

  await c.updateMany({ n: 1 }, { $set: { tags: [9] }, $inc: { n: 10 } });
  await c.updateMany({ tags: 0 }, { $pull: { tags: 0 } as object });
  await c.deleteMany({ n: { $gte: 3, $lt: 10 } });

  const all = await c.find().toArray();
  const count = (test: (one: Entry) => boolean) => all.filter((one) => test(one)).length;
  const has = (one: Entry, tag: number) => Array.isArray(one['tags']) && one['tags'].includes(tag);
  expect(all).toHaveLength(36);
  expect(await c.countDocuments({ tags: 9 })).toBe(count((one) => has(one, 9)));
  expect(await c.countDocuments({ tags: 2 })).toBe(count((one) => has(one, 2)));
  expect(await c.countDocuments({ tags: 0 })).toBe(0);
  expect(await c.countDocuments({ n: 11, tags: 9 })).toBe(12);
  expect(await c.countDocuments({ n: { $lt: 3 } })).toBe(count((one) => Number(one['n']) < 3));
});

it('finds and sorts lists by any of their elements, as without an index', async () => {
  const c = connection.getClient().db('test').collection<Entry>('lists');
  for (const key of [{ a: 1 }, { 'o.x': 1, 'o.y': 1 }, { n: 1 }] as const) await c.createIndex(key);
  await c.insertMany([
    { _id: 1, a: [9, -9], n: 1, tags: ['b', 'k'] },
    { _id: 2, a: 3, n: 2, tags: ['a', 'k'] },
    {
      _id: 3,
      o: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
      n: 3,
    },
  ]);

  const ids = async (filter: object, sort: mongoose.mongo.Sort = {}) =>
    (await c.find(filter).sort(sort).toArray()).map(({ _id }) => _id);
  // Each condition is met by another element.
  expect(await ids({ a: { $gt: 5, $lt: 0 } })).toEqual([1]);
  expect(await ids({ 'o.x': 1, 'o.y': 4 })).toEqual([3]);
  // A list that holds the value is not sorted by that value, but by its least.
  expect(await ids({ tags: 'k' }, { tags: 1, n: 1 })).toEqual([2, 1]);
});
