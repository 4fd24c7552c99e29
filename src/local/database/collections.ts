import { serialize } from 'bson';
import type { Collection } from './catalog.ts';
import { refuse, unsupported } from './errors.ts';
import { checkOptions } from './options.ts';
import { compileFilter } from './filter.ts';
import { databaseOf, documentIn, documentsIn, integer, namespaceOf, type Reply, type Request } from './request.ts';
import type { Store } from './store.ts';
import { isDocument, toNumber, type Document } from './value.ts';
import { removeAll } from './write.ts';

export function create({ catalog }: Store, request: Request): Reply {
  const namespace = namespaceOf(request);
  if (catalog.collection(namespace)) refuse(48, `Collection ${namespace} already exists.`);
  catalog.create(namespace);
  return { document: {} };
}

export function drop({ catalog }: Store, request: Request): Reply {
  const namespace = namespaceOf(request);
  const collection = catalog.collection(namespace);
  if (!collection) return { document: {} };
  catalog.drop(collection);
  return { document: { nIndexesWas: collection.indexes.length, ns: namespace } };
}

export function dropDatabase({ catalog }: Store, { body }: Request): Reply {
  const database = databaseOf(body);
  for (const collection of catalog.list(database)) catalog.drop(collection);
  return { document: { dropped: database } };
}

export function listCollections({ catalog }: Store, { body }: Request): Reply {
  const database = databaseOf(body);
  const matches = compileFilter(documentIn(body['filter'], 'filter'));
  const idIndex = { v: 2, key: { _id: 1 }, name: '_id_' };
  const firstBatch = catalog
    .list(database)
    .map(({ namespace }) => ({ name: namespace.slice(database.length + 1), type: 'collection' }))
    .filter((entry) => matches(entry))
    .map((entry) =>
      body['nameOnly'] === true ? entry : { ...entry, options: {}, info: { readOnly: false }, idIndex },
    );
  return { document: { cursor: { id: 0n, ns: `${database}.$cmd.listCollections`, firstBatch } } };
}

export function createIndexes(store: Store, request: Request): Reply {
  const namespace = namespaceOf(request);
  const found = store.catalog.collection(namespace);
  const collection = found ?? store.catalog.create(namespace);
  const numIndexesBefore = collection.indexes.length;
  for (const asked of documentsIn(request.body['indexes'], 'indexes')) {
    const definition = defineIndex(asked);
    if (!exists(collection, definition)) store.fill(collection, store.catalog.addIndex(collection, definition));
  }
  const numIndexesAfter = collection.indexes.length;
  return { document: { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically: !found } };
}

export function listIndexes({ catalog }: Store, request: Request): Reply {
  const namespace = namespaceOf(request);
  const collection = catalog.collection(namespace) ?? refuse(26, `ns does not exist: ${namespace}`);
  const firstBatch = collection.indexes.map(({ definition }) => definition);
  return { document: { cursor: { id: 0n, ns: namespace, firstBatch } } };
}

export function dropIndexes({ catalog }: Store, request: Request): Reply {
  const collection = catalog.collection(namespaceOf(request)) ?? refuse(26, 'ns not found');
  const nIndexesWas = collection.indexes.length;
  const { index: asked } = request.body;
  const named = (wanted: unknown) =>
    collection.indexes.find(({ name, key }) =>
      isDocument(wanted) ? JSON.stringify(keyOf(wanted)) === JSON.stringify(Object.fromEntries(key)) : name === wanted,
    ) ?? refuse(27, `index not found with name [${String(wanted)}]`);
  const list: readonly unknown[] = Array.isArray(asked) ? asked : [asked];
  for (const index of asked === '*' ? collection.indexes.slice(1) : list.map(named)) {
    if (index.name === '_id_') refuse(72, 'cannot drop _id index');
    catalog.dropIndex(collection, index);
  }
  return { document: { nIndexesWas } };
}

/** Removes the documents that their TTL index says are over, at most a thousand an index. */
export function removeExpired(store: Store, now: number): void {
  for (const collection of store.catalog.everything())
    for (const { key, expireAfterSeconds } of collection.indexes) {
      const path = key[0]?.[0];
      if (expireAfterSeconds === undefined || path === undefined) continue;
      const filter = { [path]: { $lt: new Date(now - expireAfterSeconds * 1000) } };
      removeAll(store, collection, { filter, limit: 1000 });
    }
}

function defineIndex(asked: Document): Document {
  checkOptions('createIndexes.indexes', asked, ['v', 'key', 'name', 'background', ...definable]);
  const { name } = asked;
  if (typeof name !== 'string' || name === '') return refuse(67, 'An index needs a name');
  const key = keyOf(documentIn(asked['key'], 'key'));
  if (Object.keys(key).length === 0) refuse(67, 'Index keys cannot be an empty object');
  const expire = asked['expireAfterSeconds'];
  if (expire !== undefined && Object.keys(key).length > 1) refuse(67, 'TTL indexes are single-field indexes');
  compileFilter(documentIn(asked['partialFilterExpression'], 'partialFilterExpression'));
  const chosen = definable.filter((option) => asked[option] !== undefined && asked[option] !== false);
  const definition = Object.fromEntries(chosen.map((option) => [option, asked[option]]));
  const seconds = expire === undefined ? {} : { expireAfterSeconds: integer(expire, 'expireAfterSeconds', 0) };
  return { v: 2, key, name, ...definition, ...seconds };
}
const definable = ['unique', 'sparse', 'expireAfterSeconds', 'partialFilterExpression'];

/** Field names with 1 or -1; text, hashed, wildcard and geographic indexes do not exist here. */
function keyOf(key: Document): Record<string, number> {
  return Object.fromEntries(
    Object.entries(key).map(([path, kind]) => {
      const direction = toNumber(kind);
      if (Math.abs(direction) !== 1 || path.includes('$')) unsupported(`The index on ${path}: ${String(kind)}`);
      return [path, direction];
    }),
  );
}

function exists({ indexes }: Collection, definition: Document): boolean {
  const same = (a: unknown, b: unknown) => Buffer.compare(serialize({ a }), serialize({ a: b })) === 0;
  const twin = indexes.find((index) => same(index.definition['key'], definition['key']));
  if (twin?.name === '_id_' || (twin && same(twin.definition, definition))) return true;
  const named = indexes.find(({ name }) => name === definition['name']);
  if (named) refuse(named === twin ? 85 : 86, `An existing index has the name ${named.name} and is another index`);
  if (twin) refuse(85, `Index already exists with a different name: ${twin.name}`);
  return false;
}
