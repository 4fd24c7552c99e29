import { serialize } from 'bson';
import type { Cursors } from './cursors.ts';
import { refuse } from './errors.ts';
import { encode } from './key.ts';
import { compileProjection } from './projection.ts';
import { map, parseSort, search } from './read.ts';
import { namespaceOf, type Batch, type Request } from './request.ts';
import type { Store } from './store.ts';
import { child, documentIn, integerIn, isDocument, isPosition, type Document } from './value.ts';

export function find(store: Store, cursors: Cursors, request: Request): Batch {
  const { body } = request;
  const namespace = namespaceOf(request);
  const asked = integerIn(body['limit'], 'limit', 0);
  const limit = Math.abs(asked); // A negative limit asks for one batch; drivers send it so.
  const skip = integerIn(body['skip'], 'skip', 0);
  if (skip < 0) refuse(51024, `'skip' must be >= 0, actual value '${skip}'`);
  const query = { filter: documentIn(body['filter'], 'filter'), sort: parseSort(body['sort']), skip, limit };
  const project = compileProjection(body['projection']);
  const found = search(store, store.catalog.find(namespace), query);
  const documents = map(found, ({ bytes, document }) => (project ? serialize(project(document)) : bytes));
  const size = integerIn(body['batchSize'], 'batchSize', 101);
  return cursors.open(namespace, documents, Math.min(size, limit || size), body['singleBatch'] === true || asked < 0);
}

export function count(store: Store, request: Request): Document {
  const { body } = request;
  const collection = store.catalog.find(namespaceOf(request));
  const filter = documentIn(body['query'], 'query');
  const skip = integerIn(body['skip'], 'skip', 0);
  const limit = Math.abs(integerIn(body['limit'], 'limit', 0));
  if (!collection) return { n: 0 };
  const all = Object.keys(filter).length === 0 ? store.count(collection) : undefined;
  if (all !== undefined) return { n: Math.max(0, Math.min(all - skip, limit || all)) };
  return { n: search(store, collection, { filter, skip, limit }).reduce((sum) => sum + 1, 0) };
}

export function distinct(store: Store, request: Request): Document {
  const { key, query } = request.body;
  if (typeof key !== 'string') return refuse(14, `'key' must be a string`);
  const values = new Map<string, unknown>();
  const found = search(store, store.catalog.find(namespaceOf(request)), { filter: documentIn(query, 'query') });
  for (const { document } of found)
    for (const value of valuesAt(document, key.split('.'))) values.set(encode(value).toString('latin1'), value);
  const inOrder = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return { values: inOrder.map(([, value]) => value) };
}

/** All values at a path; an array there stands for its elements. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [part, ...rest] = path;
  if (part === undefined) return Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (!Array.isArray(value) || isPosition(part)) return valuesAt(child(value, part), rest);
  return value.flatMap((element) => (isDocument(element) ? valuesAt(element, path) : []));
}
