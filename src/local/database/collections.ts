import { serialize } from 'bson';
import type { Collection } from './catalog.ts';
import { refuse, unsupported } from './errors.ts';
import { compileFilter } from './filter.ts';
import { checkOptions } from './options.ts';
import { databaseOf, namespaceOf, type Request } from './request.ts';
import type { Store } from './store.ts';
import { documentIn, documentsIn, integerIn, isDocument, toNumber, type Document } from './value.ts';
import { removeAll } from './write.ts';

export function create({ catalog }: Store, request: Request): Document {
  const namespace = namespaceOf(request);
  if (catalog.find(namespace)) refuse(48, `Collection ${namespace} already exists.`);
  catalog.create(namespace);
  return {};
}

export function drop({ catalog }: Store, request: Request): Document {
  const collection = catalog.find(namespaceOf(request));
  if (collection) catalog.drop(collection);
  return {};
}

export function dropDatabase({ catalog }: Store, { body }: Request): Document {
  const database = databaseOf(body);
  for (const collection of catalog.all()) if (collection.namespace.startsWith(`${database}.`)) catalog.drop(collection);
  return { dropped: database };
}

export function listCollections({ catalog }: Store, { body }: Request): Document {
  const database = databaseOf(body);
  const matches = compileFilter(documentIn(body['filter'], 'filter'));
  const own = catalog.all().filter(({ namespace }) => namespace.startsWith(`${database}.`));
  const firstBatch = own
    .map(({ namespace }): Document => ({ name: namespace.slice(database.length + 1), type: 'collection' }))
    .filter((entry) => matches(entry))
    .map((entry) => (body['nameOnly'] === true ? entry : { ...entry, options: {}, info: { readOnly: false } }));
  return { cursor: { id: 0n, ns: `${database}.$cmd.listCollections`, firstBatch } };
}

export function createIndexes(store: Store, request: Request): Document {
  const namespace = namespaceOf(request);
  const collection = store.catalog.find(namespace) ?? store.catalog.create(namespace);
  const numIndexesBefore = collection.indexes.length;
  for (const definition of documentsIn(request.body['indexes'], 'indexes').map(defineIndex))
    if (!exists(collection, definition)) store.addIndex(collection, definition);
  return { numIndexesBefore, numIndexesAfter: collection.indexes.length };
}

export function listIndexes({ catalog }: Store, request: Request): Document {
  const ns = namespaceOf(request);
  const { indexes } = catalog.find(ns) ?? refuse(26, `ns does not exist: ${ns}`);
  return { cursor: { id: 0n, ns, firstBatch: indexes.map(({ definition }) => definition) } };
}

/** By name, or all but `_id` with `*`. */
export function dropIndexes({ catalog }: Store, request: Request): Document {
  const collection = catalog.find(namespaceOf(request)) ?? refuse(26, 'ns not found');
  const nIndexesWas = collection.indexes.length;
  const { index: asked } = request.body;
  if (isDocument(asked) || Array.isArray(asked)) unsupported('Dropping indexes otherwise than by name');
  const dropped = collection.indexes.filter(({ name }) => name === asked || (asked === '*' && name !== '_id_'));
  if (dropped.length === 0 && asked !== '*') refuse(27, `index not found with name [${String(asked)}]`);
  if (asked === '_id_') refuse(72, 'cannot drop _id index');
  for (const index of dropped) catalog.dropIndex(collection, index);
  return { nIndexesWas };
}

/** Removes the documents that their TTL index says are over, at most a thousand an index. */
export function removeExpired(store: Store, now: number): void {
  for (const collection of store.catalog.all())
    for (const { key, expireAfterSeconds } of collection.indexes) {
      const [[path] = ['']] = key;
      if (expireAfterSeconds === undefined) continue;
      const filter = { [path]: { $lt: new Date(now - expireAfterSeconds * 1000) } };
      removeAll(store, collection, { filter, limit: 1000 });
    }
}

function defineIndex(asked: Document): Document {
  const { key, name, unique, sparse, expireAfterSeconds, partialFilterExpression } = asked;
  checkOptions('createIndexes.indexes', asked, [...definable, 'v', 'background']);
  const fields = Object.entries(documentIn(key, 'key')).map(([path, kind]): [string, number] => {
    // Text, hashed, wildcard and geographic indexes do not exist here.
    if (Math.abs(toNumber(kind)) !== 1 || path.includes('$')) unsupported(`The index on ${path}: ${String(kind)}`);
    return [path, toNumber(kind)];
  });
  if (typeof name !== 'string' || fields.length === 0) return refuse(67, 'An index needs a name and fields');
  if (expireAfterSeconds !== undefined && fields.length > 1) refuse(67, 'TTL indexes are single-field indexes');
  if (partialFilterExpression !== undefined) compileFilter(partialFilterExpression);
  return {
    v: 2,
    key: Object.fromEntries(fields),
    name,
    ...(unique === true && { unique }),
    ...(sparse === true && { sparse }),
    ...(expireAfterSeconds !== undefined && {
      expireAfterSeconds: integerIn(expireAfterSeconds, 'expireAfterSeconds', 0),
    }),
    ...(partialFilterExpression !== undefined && { partialFilterExpression }),
  };
}
const definable = ['key', 'name', 'unique', 'sparse', 'expireAfterSeconds', 'partialFilterExpression'];

function exists({ indexes }: Collection, wanted: Document): boolean {
  const same = (a: unknown, b: unknown) => Buffer.compare(serialize({ a }), serialize({ a: b })) === 0;
  const twin = indexes.find(({ definition }) => same(definition['key'], wanted['key']));
  if (twin && (twin.name === '_id_' || same(twin.definition, wanted))) return true;
  const named = indexes.find(({ name }) => name === wanted['name']);
  if (named) refuse(named === twin ? 85 : 86, `An existing index has the name ${named.name} and is another index.`);
  if (twin) refuse(85, `Index already exists with a different name: ${twin.name}`);
  return false;
}
