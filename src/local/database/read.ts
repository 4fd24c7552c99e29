import { randomInt } from 'node:crypto';
import { Long, serialize } from 'bson';
import type { Collection } from './catalog.ts';
import { refuse } from './errors.ts';
import { compileFilter } from './filter.ts';
import { sortKey, type IndexKey } from './index-entries.ts';
import { encode } from './key.ts';
import { choosePlan, planned } from './plan.ts';
import { compileProjection } from './projection.ts';
import { documentIn, integer, namespaceOf, type Reply, type Request } from './request.ts';
import type { Store, Stored } from './store.ts';
import { child, isDocument, isPosition, readDocument, toNumber, type Document } from './value.ts';

export interface Hit extends Stored {
  readonly document: Document;
}
export interface Query {
  readonly filter: Document;
  readonly sort?: IndexKey;
  readonly skip?: number;
  /** 0 is no limit. */
  readonly limit?: number;
}

/** The documents that match, in order. Reads on only when the caller asks for more. */
export function* search(store: Store, collection: Collection | undefined, query: Query): Generator<Hit> {
  const matches = compileFilter(query.filter);
  if (!collection) return;
  const { filter, sort = [], skip = 0, limit = 0 } = query;
  const plan = choosePlan(collection, filter, sort);
  const page = plan.sorted && limit > 0 ? Math.min(1024, skip + limit) : undefined;
  const found = hits(store, collection, plan, matches, page);
  let passed = 0;
  for (const hit of plan.sorted ? found : sorted(found, sort)) {
    if (passed++ < skip) continue;
    yield hit;
    if (limit > 0 && passed >= skip + limit) return;
  }
}

/** Throws for a direction that is neither 1 nor -1. */
export function parseSort(sort: unknown): IndexKey {
  return Object.entries(documentIn(sort ?? undefined, 'sort')).map(([path, direction]) => {
    const sign = toNumber(direction);
    return [path, sign === 1 || sign === -1 ? sign : refuse(15975, `The sort of ${path} must be 1 or -1`)];
  });
}

interface Cursor {
  readonly namespace: string;
  readonly documents: Iterator<Uint8Array>;
  /** The index and the collection that it reads from. */
  readonly indexIds: readonly number[];
  /** Read already, but no longer part of the last batch. */
  held: Uint8Array | undefined;
  usedAt: number;
}

export interface Reader {
  find(request: Request): Reply;
  getMore(request: Request): Reply;
  killCursors(request: Request): Reply;
  count(request: Request): Reply;
  distinct(request: Request): Reply;
  /** Answers the first batch of something that is computed already, or page by page. */
  open(namespace: string, documents: Iterable<Uint8Array>, batchSize: number, single?: boolean): Reply;
  /** Forgets the cursors that nobody has asked for ten minutes. */
  forgetIdle(): void;
}

const largestBatch = 15 * 1024 * 1024;
const idleMs = 600_000;

export function createReader(store: Store): Reader {
  const cursors = new Map<bigint, Cursor>();
  // Not from 1: after a restart a cursor of before must not be taken for a new one.
  let lastId = BigInt(randomInt(2 ** 47)) << 15n;

  function batch(id: bigint, cursor: Cursor, size: number, field: 'firstBatch' | 'nextBatch', single = false): Reply {
    const documents: Uint8Array[] = [];
    let bytes = 0;
    let next = cursor.held ?? pull(cursor);
    while (next && documents.length < size && (documents.length === 0 || bytes + next.length <= largestBatch)) {
      documents.push(next);
      bytes += next.length;
      next = pull(cursor);
    }
    cursor.held = next;
    cursor.usedAt = Date.now();
    const open = next !== undefined && !single;
    if (open) cursors.set(id, cursor);
    else cursors.delete(id);
    return { batch: { cursorId: open ? id : 0n, namespace: cursor.namespace, field, documents } };
  }

  function open(namespace: string, documents: Iterable<Uint8Array>, batchSize: number, single = false): Reply {
    const indexIds = store.catalog.collection(namespace)?.indexes.map(({ id }) => id) ?? [];
    const cursor = { namespace, documents: documents[Symbol.iterator](), indexIds, held: undefined, usedAt: 0 };
    return batch(++lastId, cursor, batchSize, 'firstBatch', single);
  }

  return {
    open,
    find: (request) => {
      const { body } = request;
      const namespace = namespaceOf(request);
      const asked = integer(body['limit'], 'limit', 0);
      const skip = integer(body['skip'], 'skip', 0);
      if (skip < 0) refuse(51024, `'skip' must be >= 0, actual value '${skip}'`);
      const limit = Math.abs(asked);
      const query = { filter: documentIn(body['filter'], 'filter'), sort: parseSort(body['sort']), skip, limit };
      const project = compileProjection(body['projection']);
      const found = search(store, store.catalog.collection(namespace), query);
      const documents = map(found, ({ bytes, document }) => (project ? serialize(project(document)) : bytes));
      const size = integer(body['batchSize'], 'batchSize', 101);
      return open(
        namespace,
        documents,
        limit > 0 ? Math.min(size, limit) : size,
        body['singleBatch'] === true || asked < 0,
      );
    },
    getMore: (request) => {
      const asked = request.body['getMore'];
      const id = asked instanceof Long ? asked.toBigInt() : BigInt(integer(asked, 'getMore', 0));
      const cursor = cursors.get(id);
      if (!cursor || cursor.namespace !== namespaceOf(request, 'collection'))
        return refuse(43, `cursor id ${id} not found`);
      cursors.delete(id); // Until it has answered: a cursor that failed half-way cannot go on.
      if (!cursor.indexIds.every((index) => store.catalog.hasIndex(index)))
        refuse(175, 'the collection or an index of it was dropped while the cursor was open');
      return batch(id, cursor, integer(request.body['batchSize'], 'batchSize', 0) || Infinity, 'nextBatch');
    },
    killCursors: ({ body }) => {
      const ids: readonly unknown[] = Array.isArray(body['cursors']) ? body['cursors'] : [];
      const killed = ids.filter((id) => id instanceof Long && cursors.delete(id.toBigInt()));
      const cursorsNotFound = ids.filter((id) => !killed.includes(id));
      return { document: { cursorsKilled: killed, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] } };
    },
    count: (request) => {
      const { body } = request;
      const collection = store.catalog.collection(namespaceOf(request));
      const filter = documentIn(body['query'], 'query');
      const skip = integer(body['skip'], 'skip', 0);
      const limit = Math.abs(integer(body['limit'], 'limit', 0));
      if (Object.keys(filter).length > 0 || !collection)
        return { document: { n: tally(search(store, collection, { filter, skip, limit })) } };
      return { document: { n: Math.max(0, Math.min(store.count(collection) - skip, limit || Infinity)) } };
    },
    distinct: (request) => {
      const { key, query } = request.body;
      if (typeof key !== 'string') return refuse(14, `'key' must be a string`);
      const values = new Map<string, unknown>();
      const found = search(store, store.catalog.collection(namespaceOf(request)), {
        filter: documentIn(query, 'query'),
      });
      for (const { document } of found)
        for (const value of valuesAt(document, key.split('.'))) values.set(encode(value).toString('latin1'), value);
      const inOrder = [...values.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
      return { document: { values: inOrder.map(([, value]) => value) } };
    },
    forgetIdle: () => {
      for (const [id, { usedAt }] of cursors) if (Date.now() - usedAt > idleMs) cursors.delete(id);
    },
  };
}

function* hits(...[store, collection, plan, matches, page]: HitsOf): Generator<Hit> {
  for (const { id, bytes } of planned(store, collection, plan, page)) {
    const document = readDocument(bytes);
    if (matches(document)) yield { id, bytes, document };
  }
}
type HitsOf = [Store, Collection, ReturnType<typeof choosePlan>, ReturnType<typeof compileFilter>, number | undefined];

/** Keeps only keys and bytes while it sorts: a document read is several times as large. */
function* sorted(found: Iterable<Hit>, sort: IndexKey): Generator<Hit> {
  const keyed = [...map(found, ({ id, bytes, document }) => ({ id, bytes, key: sortKey(document, sort) }))];
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  for (const { id, bytes } of keyed) yield { id, bytes, document: readDocument(bytes) };
}

export function* map<From, To>(values: Iterable<From>, convert: (value: From) => To): Generator<To> {
  for (const value of values) yield convert(value);
}

export function tally(values: Iterable<unknown>): number {
  let count = 0;
  for (const _ of values) count++;
  return count;
}

function pull(cursor: Cursor): Uint8Array | undefined {
  const next = cursor.documents.next();
  return next.done === true ? undefined : next.value;
}

/** All values at a path; an array there stands for its elements. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [part, ...rest] = path;
  if (part === undefined) return Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (!Array.isArray(value) || (isPosition(part) && Number(part) < value.length))
    return valuesAt(child(value, part), rest);
  return value.flatMap((element) => (isDocument(element) ? valuesAt(element, path) : []));
}
