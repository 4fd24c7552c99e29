import { BSONRegExp, serialize } from 'bson';
import type { Collection } from './catalog.ts';
import { CommandError, refuse } from './errors.ts';
import { checkOptions } from './options.ts';
import { compileProjection } from './projection.ts';
import { parseSort, search, type Hit, type Query } from './read.ts';
import { documentIn, documentsIn, integer, namespaceOf, type Reply, type Request } from './request.ts';
import type { Store } from './store.ts';
import { compileUpdate, upsertBase, withIdFirst, type Change } from './update.ts';
import { hasOperators, isDocument, readDocument, type Document } from './value.ts';

const largestDocument = 16 * 1024 * 1024;

export function insert(store: Store, request: Request): Reply {
  const namespace = namespaceOf(request);
  const given =
    request.rawDocuments ?? documentsIn(request.body['documents'], 'documents').map((one) => serialize(one));
  let n = 0;
  const errors = each(store, given, request.body, (bytes) => {
    put(store, namespace, readDocument(bytes), bytes);
    n++;
  });
  return { document: { n, ...errors } };
}

export function update(store: Store, request: Request): Reply {
  const namespace = namespaceOf(request);
  const upserted: Document[] = [];
  let n = 0;
  let nModified = 0;
  const errors = each(store, documentsIn(request.body['updates'], 'updates'), request.body, (statement, index) => {
    checkOptions('update.updates', statement, ['q', 'u', 'multi', 'upsert']);
    const { q, u, multi, upsert } = statement;
    const filter = documentIn(q, 'q');
    const change = compileUpdate(u);
    if (multi === true && !hasOperators(u)) refuse(9, 'multi update is not supported for replacement-style update');
    const collection = store.catalog.collection(namespace);
    const hits = [...search(store, collection, { filter, limit: multi === true ? 0 : 1 })];
    for (const hit of hits) if (collection && changeOne(store, collection, hit, change).changed) nModified++;
    n += hits.length;
    if (hits.length > 0 || upsert !== true) return;
    n++;
    upserted.push({ index, _id: upsertOne(store, namespace, filter, change, hasOperators(u))['_id'] });
  });
  return { document: { n, nModified, ...(upserted.length > 0 && { upserted }), ...errors } };
}

export function remove(store: Store, request: Request): Reply {
  const namespace = namespaceOf(request);
  let n = 0;
  const errors = each(store, documentsIn(request.body['deletes'], 'deletes'), request.body, (statement) => {
    checkOptions('delete.deletes', statement, ['q', 'limit']);
    const limit = integer(statement['limit'], 'limit', 0);
    const collection = store.catalog.collection(namespace);
    n += removeAll(store, collection, { filter: documentIn(statement['q'], 'q'), limit });
  });
  return { document: { n, ...errors } };
}

export function findAndModify(store: Store, request: Request): Reply {
  const { body } = request;
  const namespace = namespaceOf(request);
  const collection = store.catalog.collection(namespace);
  const filter = documentIn(body['query'], 'query');
  const project = compileProjection(body['fields']);
  const show = (document: Document) => (project ? project(document) : document);
  const change = body['remove'] === true ? undefined : compileUpdate(body['update']);
  const [hit] = search(store, collection, { filter, sort: parseSort(body['sort']), limit: 1 });
  if (!change) {
    if (hit && collection) store.remove(collection, hit, hit.document);
    return { document: { lastErrorObject: { n: hit ? 1 : 0 }, value: hit ? show(hit.document) : null } };
  }
  if (hit && collection) {
    const { after } = changeOne(store, collection, hit, change);
    const value = show(body['new'] === true ? after : hit.document);
    return { document: { lastErrorObject: { n: 1, updatedExisting: true }, value } };
  }
  if (body['upsert'] !== true) return { document: { lastErrorObject: { n: 0, updatedExisting: false }, value: null } };
  const made = upsertOne(store, namespace, filter, change, hasOperators(body['update']));
  const lastErrorObject = { n: 1, updatedExisting: false, upserted: made['_id'] };
  return { document: { lastErrorObject, value: body['new'] === true ? show(made) : null } };
}

/** Removes what matches, also for the sweep of expired documents. Gives how many there were. */
export function removeAll(store: Store, collection: Collection | undefined, query: Query): number {
  const hits = [...search(store, collection, query)];
  for (const hit of hits) if (collection) store.remove(collection, hit, hit.document);
  return hits.length;
}

/** Each statement whole or not at all. What is wrong with a statement is answered with its position in the list. */
function each<Statement>(
  store: Store,
  statements: readonly Statement[],
  { ordered }: Document,
  run: (statement: Statement, index: number) => void,
): Document {
  const writeErrors: Document[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      store.whole(() => run(statement, index));
    } catch (error) {
      // A full disk or a bug ends the whole command; only what the client did wrong is the statement's own.
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.detail });
      if (ordered !== false) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}

function changeOne(
  store: Store,
  collection: Collection,
  hit: Hit,
  change: Change,
): { after: Document; changed: boolean } {
  const after = change(readDocument(hit.bytes), false);
  const bytes = serialize(after);
  if (bytes.length > largestDocument) refuse(17419, `The document would be larger than ${largestDocument} bytes`);
  const changed = Buffer.compare(bytes, hit.bytes) !== 0;
  if (changed) store.replace(collection, hit, hit.document, after, bytes);
  return { after, changed };
}

function upsertOne(store: Store, namespace: string, filter: Document, change: Change, byOperators: boolean): Document {
  const base = upsertBase(filter);
  const { _id } = base;
  const made = withIdFirst(change(byOperators ? base : _id === undefined ? {} : { _id }, true));
  put(store, namespace, made, undefined);
  return made;
}

function put(store: Store, namespace: string, document: Document, bytes: Uint8Array | undefined): void {
  const { _id: id } = document;
  if (Array.isArray(id) || id instanceof BSONRegExp)
    refuse(53, `The '_id' value cannot be an array or a regular expression`);
  for (const name of isDocument(id) ? Object.keys(id) : [])
    if (name.startsWith('$')) refuse(52, `_id fields may not contain '$'-prefixed fields: ${name}`);
  const ordered = withIdFirst(document);
  const stored = ordered === document && bytes ? bytes : serialize(ordered);
  if (stored.length > largestDocument) refuse(10334, `The document is larger than ${largestDocument} bytes`);
  store.insert(store.catalog.collection(namespace) ?? store.catalog.create(namespace), ordered, stored);
}
