import * as fc from 'fast-check';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '#local/database/database.ts';
import { openTemporary } from './temporary.ts';

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

const scalar = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0,
  1.5,
  2,
  '',
  'a',
  'aa',
  'ab',
  'b',
  'b\u0000',
  new Date(-1),
  new Date(5),
  -Infinity,
  NaN,
);
const value = fc.oneof({ weight: 4, arbitrary: scalar }, fc.array(scalar, { maxLength: 3 }), fc.record({ c: scalar }));
const entry = fc.record({ a: value, b: value, 'n.c': scalar }, { requiredKeys: [] });
const condition = fc.oneof(
  scalar.map((v) => v),
  fc.record({ $gt: scalar, $gte: scalar, $lt: scalar, $lte: scalar }, { requiredKeys: [] }),
  fc.array(scalar, { maxLength: 4 }).map((list) => ({ $in: list })),
  fc.constantFrom('^a', '^ab', '^b', '^aa?', 'b$').map((pattern) => ({ $regex: pattern })),
  fc.record({ $regex: fc.constantFrom('^a', '^b'), $lt: scalar }),
  fc.boolean().map((present) => ({ $exists: present })),
);
const filter = fc.record({ a: condition, b: condition, 'n.c': condition }, { requiredKeys: [] });
const sort = fc.constantFrom<[string, 1 | -1][]>(
  [],
  [['a', 1]],
  [['a', -1]],
  [
    ['b', -1],
    ['a', 1],
  ],
  [
    ['b', 1],
    ['a', -1],
  ],
  [['n.c', 1]],
  [
    ['a', 1],
    ['n.c', -1],
  ],
);
const key = fc.constantFrom<Record<string, 1 | -1>>(
  { a: 1 },
  { a: -1 },
  { b: -1, a: 1 },
  { a: 1, b: 1 },
  { 'n.c': -1, a: 1 },
);

it('finds through any index what it finds without one, in the same order', async () => {
  const db = connection.getClient().db('test');
  const plain = db.collection<{ _id: number }>('plain');
  const indexed = db.collection<{ _id: number }>('indexed');
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 25 }),
      fc.uniqueArray(fc.record({ key, sparse: fc.boolean() }), {
        maxLength: 3,
        selector: (one) => JSON.stringify(one.key),
      }),
      fc.array(fc.record({ filter, sort }), { minLength: 8, maxLength: 8 }),
      async (entries, indexes, queries) => {
        await plain.drop();
        await indexed.drop();
        const documents = entries.map(({ 'n.c': c, ...rest }, n) => ({
          _id: n,
          ...rest,
          ...(c !== undefined && { n: { c } }),
        }));
        await plain.insertMany(documents);
        for (const one of indexes) await indexed.createIndex(one.key, { sparse: one.sparse }).catch(parallel);
        const kept = await indexed.insertMany(documents, { ordered: false }).then(() => true, parallel);
        if (!kept) return;
        for (const query of queries) {
          const read = (collection: typeof plain) =>
            collection
              .find(query.filter as object)
              .sort([...query.sort, ['_id', 1]])
              .toArray()
              .catch((error: { code: number }) => [error.code]);
          expect({ query, found: await read(indexed) }).toEqual({ query, found: await read(plain) });
          const unsorted = async (collection: typeof plain) =>
            (await collection.find(query.filter as object).toArray()).map(({ _id }) => _id).toSorted((a, b) => a - b);
          expect({ query, found: await unsorted(indexed) }).toEqual({ query, found: await unsorted(plain) });
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** Two lists side by side cannot be indexed; such documents are no part of this comparison. */
function parallel(error: { code?: number; message: string }): false {
  if (error.code !== 171) throw error;
  return false;
}

it('counts the same after changes and deletions, whichever index is asked', async () => {
  const c = connection.getClient().db('test').collection<{ _id: number }>('changed');
  await c.createIndex({ tags: 1 });
  await c.createIndex({ n: -1, tags: 1 });
  await c.insertMany(Array.from({ length: 60 }, (_, n) => ({ _id: n, n: n % 5, tags: [n % 3, n % 4] })));

  await c.updateMany({ n: 1 }, { $set: { tags: [9] }, $inc: { n: 10 } });
  await c.updateMany({ tags: 0 }, { $pull: { tags: 0 } as object });
  await c.deleteMany({ n: { $gte: 3, $lt: 10 } });

  const all = await c.find().toArray();
  const count = (test: (one: Record<string, unknown>) => boolean) => all.filter((one) => test(one)).length;
  const has = (one: Record<string, unknown>, tag: number) => Array.isArray(one['tags']) && one['tags'].includes(tag);
  expect(all).toHaveLength(36);
  expect(await c.countDocuments({ tags: 9 })).toBe(count((one) => has(one, 9)));
  expect(await c.countDocuments({ tags: 2 })).toBe(count((one) => has(one, 2)));
  expect(await c.countDocuments({ tags: 0 })).toBe(0);
  expect(await c.countDocuments({ n: 11, tags: 9 })).toBe(12);
  expect(await c.countDocuments({ n: { $lt: 3 } })).toBe(count((one) => Number(one['n']) < 3));
});
