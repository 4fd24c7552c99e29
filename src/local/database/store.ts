import { openCatalog, bytes, type Catalog, type Collection, type Index } from './catalog.ts';
import { CommandError, refuse } from './errors.ts';
import { indexEntries } from './index-entries.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { child, readDocument, type Document } from './value.ts';

/** A stored document: its row, and its BSON as it was written. */
export interface Stored {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Documents and their index entries, kept in step. */
export interface Store {
  readonly sqlite: Sqlite;
  readonly catalog: Catalog;
  /** When the command that runs now must give up, in milliseconds since the epoch. */
  deadline: number;
  /** Does the work whole or not at all; what was remembered of the catalog is forgotten when it fails. */
  whole<T>(work: () => T): T;
  insert(collection: Collection, document: Document, bytes: Uint8Array): void;
  replace(collection: Collection, stored: Stored, before: Document, after: Document, bytes: Uint8Array): void;
  remove(collection: Collection, stored: Stored, document: Document): void;
  /** Fills a new index. Throws 11000 where the documents break it. */
  fill(collection: Collection, index: Index): void;
  count(collection: Collection): number;
  /** All documents, in the order of their arrival. */
  scan(collection: Collection, page?: number): Generator<Stored>;
  /** The documents with an index key from `low` up to and without `high`, in the order of the index. */
  range(index: Index, low: Buffer, high: Buffer, backwards: boolean, page?: number): Generator<Stored>;
}

const largestPage = 1024;

export function openStore(file: string, maxPages: number | undefined): Store {
  const sqlite = openSqlite(file, maxPages);
  const catalog = openCatalog(sqlite);
  const store: Store = {
    sqlite,
    catalog,
    deadline: Infinity,
    whole: (work) => {
      try {
        return sqlite.whole(work);
      } catch (error) {
        catalog.forget();
        throw error;
      }
    },
    insert: (collection, document, bytes) => {
      const id = sqlite.run('INSERT INTO document (collection, bytes) VALUES (?, ?)', collection.id, bytes);
      for (const index of collection.indexes) enter(collection, index, document, id, keysOf(index, document));
    },
    replace: (collection, { id }, before, after, bytes) => {
      for (const index of collection.indexes) {
        const old = keysOf(index, before);
        const now = keysOf(index, after);
        const missing = (keys: readonly Buffer[], key: Buffer) => !keys.some((other) => other.equals(key));
        leave(
          index,
          id,
          old.filter((key) => missing(now, key)),
        );
        enter(
          collection,
          index,
          after,
          id,
          now.filter((key) => missing(old, key)),
        );
      }
      sqlite.run('UPDATE document SET bytes = ? WHERE id = ?', bytes, id);
    },
    remove: (collection, { id }, document) => {
      for (const index of collection.indexes) leave(index, id, keysOf(index, document));
      sqlite.run('DELETE FROM document WHERE id = ?', id);
    },
    fill: (collection, index) => {
      for (const stored of store.scan(collection)) {
        const document = readDocument(stored.bytes);
        enter(collection, index, document, stored.id, keysOf(index, document));
      }
    },
    count: ({ id }) => Number(sqlite.get('SELECT count(*) AS n FROM document WHERE collection = ?', id)?.['n']),

    // Both read page by page, so that no statement and no snapshot stays open between two batches of a cursor.
    *scan(collection, page = 64) {
      const query = 'SELECT id, bytes FROM document WHERE collection = ? AND id > ? ORDER BY id LIMIT ?';
      for (let last = -1, size = page; ; size = Math.min(size * 2, largestPage)) {
        const rows = sqlite.all(query, collection.id, last, size);
        for (const row of rows) yield toStored(row);
        if (rows.length < size) return;
        last = Number(rows.at(-1)?.['id']);
      }
    },
    *range(index, low, high, backwards, page = 64) {
      const select = 'SELECT key, document AS id, bytes FROM entry JOIN document ON document.id = document';
      const query = backwards
        ? `${select} WHERE list = ?1 AND (key, document) < (?2, ?3) AND key >= ?4 ORDER BY key DESC, document DESC LIMIT ?5`
        : `${select} WHERE list = ?1 AND (key, document) > (?2, ?3) AND key < ?4 ORDER BY key, document LIMIT ?5`;
      let key: Uint8Array = backwards ? high : low;
      let document = -1; // Before every entry with the same key, in both directions.
      for (let size = page; ; size = Math.min(size * 2, largestPage)) {
        const rows = sqlite.all(query, index.id, key, document, backwards ? low : high, size);
        for (const row of rows) yield toStored(row);
        const last = rows.at(-1);
        if (last === undefined || rows.length < size) return;
        key = bytes(last, 'key');
        document = Number(last['id']);
      }
    },
  };

  function toStored(row: Parameters<typeof bytes>[0]): Stored {
    if (Date.now() > store.deadline) refuse(50, 'operation exceeded time limit. Nothing was changed.');
    return { id: Number(row['id']), bytes: bytes(row, 'bytes') };
  }

  function keysOf(index: Index, document: Document): Buffer[] {
    if (index.partial && !index.partial(document)) return [];
    const { entries, multi } = indexEntries(document, index.key, { sparse: index.sparse, parallelCode: 171 });
    if (multi && !index.multi) catalog.markMulti(index);
    return entries;
  }

  function enter(collection: Collection, index: Index, document: Document, id: number, keys: readonly Buffer[]): void {
    for (const key of keys) {
      // No other process can come between the look and the write: the turn holds SQLite's only write lock.
      const taken = index.unique && sqlite.get('SELECT 1 FROM entry WHERE list = ? AND key = ? LIMIT 1', index.id, key);
      if (taken) throw duplicate(collection, index, document);
      sqlite.run('INSERT INTO entry (list, key, document) VALUES (?, ?, ?)', index.id, key, id);
    }
  }

  function leave(index: Index, id: number, keys: readonly Buffer[]): void {
    for (const key of keys)
      sqlite.run('DELETE FROM entry WHERE list = ? AND key = ? AND document = ?', index.id, key, id);
  }

  return store;
}

/** Says which key is taken in the form that drivers, mongoose and handlers read. */
function duplicate({ namespace }: Collection, index: Index, document: Document): CommandError {
  const values = index.key.map(([path]): [string, unknown] => [path, path.split('.').reduce(child, document) ?? null]);
  const shown = values.map(
    ([path, value]) => `${path}: ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`,
  );
  return new CommandError(
    11000,
    `E11000 duplicate key error collection: ${namespace} index: ${index.name} dup key: { ${shown.join(', ')} }`,
    { keyPattern: index.definition['key'], keyValue: Object.fromEntries(values) },
  );
}
