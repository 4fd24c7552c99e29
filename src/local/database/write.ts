import { BSONRegExp, serialize } from 'bson';
import type { Collection } from './catalog.ts';
import { CommandError, refuse } from './errors.ts';
import { checkOptions } from './options.ts';
import { compileProjection } from './projection.ts';
import { parseSort, search, type Hit, type Query } from './read.ts';
import { namespaceOf, type Request } from './request.ts';
import type { Store } from './store.ts';
import { compileUpdate, upsertBase, withIdFirst, type Change } from './update.ts';
import { documentIn, documentsIn, hasOperators, integerIn, readDocument, type Document } from './value.ts';

const largestDocument = 16 * 1024 * 1024;

export function insert(store: Store, request: Request): Document {
  const namespace = namespaceOf(request);
  const given =
    request.rawDocuments ?? documentsIn(request.body['documents'], 'documents').map((one) => serialize(one));
  return each(store, given, request.body, (bytes) => {
    put(store, namespace, readDocument(bytes), bytes);
    return { n: 1 };
  });
}

export function update(store: Store, request: Request): Document {
  const namespace = namespaceOf(request);
  const upserted: Document[] = [];
  const done = each(store, documentsIn(request.body['updates'], 'updates'), request.body, (statement, index) => {
    checkOptions('update.updates', statement, ['q', 'u', 'multi', 'upsert']);
    const { q, u, multi, upsert } = statement;
    const filter = documentIn(q, 'q');
    const change = compileUpdate(u);
    if (multi === true && !hasOperators(u)) refuse(9, 'multi update is not supported for replacement-style update');
    const collection = store.catalog.find(namespace);
    const hits = [...search(store, collection, { filter, limit: multi === true ? 0 : 1 })];
    const changed = hits.filter((hit) => collection && changeOne(store, collection, hit, change).changed);
    if (hits.length > 0 || upsert !== true) return { n: hits.length, nModified: changed.length };
    upserted.push({ index, _id: upsertOne(store, namespace, filter, change, hasOperators(u))['_id'] });
    return { n: 1 };
  });
  return { nModified: 0, ...done, ...(upserted.length > 0 && { upserted }) };
}

export function remove(store: Store, request: Request): Document {
  const namespace = namespaceOf(request);
  return each(store, documentsIn(request.body['deletes'], 'deletes'), request.body, (statement) => {
    checkOptions('delete.deletes', statement, ['q', 'limit']);
    const limit = integerIn(statement['limit'], 'limit', 0);
    return { n: removeAll(store, store.catalog.find(namespace), { filter: documentIn(statement['q'], 'q'), limit }) };
  });
}

export function findAndModify(store: Store, request: Request): Document {
  const { query, fields, sort, update, remove, upsert, new: after } = request.body;
  const namespace = namespaceOf(request);
  const collection = store.catalog.find(namespace);
  const filter = documentIn(query, 'query');
  const project = compileProjection(fields) ?? ((document: Document) => document);
  const change = remove === true ? undefined : compileUpdate(update);
  const [hit] = search(store, collection, { filter, sort: parseSort(sort), limit: 1 });
  if (!change) {
    if (hit && collection) store.remove(collection, hit.id, hit.document);
    return { lastErrorObject: { n: hit ? 1 : 0 }, value: hit ? project(hit.document) : null };
  }
  if (hit && collection) {
    const changed = changeOne(store, collection, hit, change);
    const value = project(after === true ? changed.document : hit.document);
    return { lastErrorObject: { n: 1, updatedExisting: true }, value };
  }
  if (upsert !== true) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null };
  const made = upsertOne(store, namespace, filter, change, hasOperators(update));
  const lastErrorObject = { n: 1, updatedExisting: false, upserted: made['_id'] };
  return { lastErrorObject, value: after === true ? project(made) : null };
}

/** Removes what matches, also for the sweep of expired documents. Gives how many there were. */
export function removeAll(store: Store, collection: Collection | undefined, query: Query): number {
  const hits = [...search(store, collection, query)];
  for (const hit of hits) if (collection) store.remove(collection, hit.id, hit.document);
  return hits.length;
}

interface Tally {
  readonly n: number;
  readonly nModified?: number;
}

/** Each statement whole or not at all, and their sum. What is wrong with one is answered with its position in the list. */
function each<Statement>(
  store: Store,
  statements: readonly Statement[],
  { ordered }: Document,
  run: (statement: Statement, index: number) => Tally,
): Document {
  const writeErrors: Document[] = [];
  let [n, nModified] = [0, 0];
  for (const [index, statement] of statements.entries()) {
    try {
      const done = store.whole(() => run(statement, index));
      n += done.n;
      nModified += done.nModified ?? 0;
    } catch (error) {
      // A full disk or a bug ends the whole command; only what the client did wrong is the statement's own.
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.detail });
      if (ordered !== false) break;
    }
  }
  return { n, nModified, ...(writeErrors.length > 0 && { writeErrors }) };
}

function changeOne(store: Store, collection: Collection, { id, bytes, document: before }: Hit, change: Change) {
  const document = change(readDocument(bytes), false);
  const after = sized(document);
  const changed = Buffer.compare(after, bytes) !== 0;
  if (changed) store.replace(collection, id, before, document, after);
  return { document, changed };
}

function upsertOne(store: Store, namespace: string, filter: Document, change: Change, byOperators: boolean): Document {
  const base = upsertBase(filter);
  const { _id } = base;
  const made = withIdFirst(change(byOperators ? base : _id === undefined ? {} : { _id }, true));
  put(store, namespace, made, undefined);
  return made;
}

function put(store: Store, namespace: string, document: Document, bytes: Uint8Array | undefined): void {
  const ordered = withIdFirst(document);
  const { _id: id } = ordered;
  if (Array.isArray(id) || id instanceof BSONRegExp || hasOperators(id))
    refuse(53, `The '_id' value cannot be an array, a regular expression or a document of operators`);
  const stored = ordered === document && bytes ? bytes : sized(ordered);
  store.insert(store.catalog.find(namespace) ?? store.catalog.create(namespace), ordered, stored);
}

function sized(document: Document): Uint8Array {
  const bytes = serialize(document);
  return bytes.length <= largestDocument
    ? bytes
    : refuse(10334, `The document is larger than ${largestDocument} bytes`);
}
