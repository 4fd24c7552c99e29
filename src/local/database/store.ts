import { openCatalog, type Collection, type Index } from './catalog.ts';
import { CommandError, refuse } from './errors.ts';
import { indexEntries } from './index-entries.ts';
import { bytesIn, openSqlite, type Row } from './sqlite.ts';
import { child, readDocument, type Document } from './value.ts';

/** A stored document: its row, and its BSON as it was written. */
export interface Stored {
  readonly id: number;
  readonly bytes: Uint8Array;
}
export type Store = ReturnType<typeof openStore>;

const largestPage = 1024;

/** Documents and their index entries, kept in step. */
export function openStore(file: string, maxPages: number | undefined) {
  const sqlite = openSqlite(file, maxPages);
  const catalog = openCatalog(sqlite);
  /** When the command that runs now must give up, in milliseconds since the epoch. */
  const limit = { deadline: Infinity };

  function toStored(row: Row): Stored {
    if (Date.now() > limit.deadline) refuse(50, 'The operation exceeded its time limit. Nothing was changed.');
    return { id: Number(row['id']), bytes: bytesIn(row, 'bytes') };
  }

  function keysOf(index: Index, document: Document): Buffer[] {
    if (index.partial && !index.partial(document)) return [];
    const { entries, multi } = indexEntries(document, index.key, index.sparse, 171);
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

  /** All documents, in the order of their arrival. Read by pages: no snapshot stays open between two batches. */
  function* scan(collection: Collection, page = 64): Generator<Stored> {
    const query = 'SELECT id, bytes FROM document WHERE collection = ? AND id > ? ORDER BY id LIMIT ?';
    for (let last = -1, size = page; ; size = Math.min(size * 2, largestPage)) {
      const rows = sqlite.all(query, collection.id, last, size);
      for (const row of rows) yield toStored(row);
      if (rows.length < size) return;
      last = Number(rows.at(-1)?.['id']);
    }
  }

  return {
    sqlite,
    catalog,
    limit,
    /** Does the work whole or not at all; what was remembered of the catalog is forgotten when it fails. */
    whole: <T>(work: () => T): T => {
      try {
        return sqlite.whole(work);
      } catch (error) {
        catalog.forget();
        throw error;
      }
    },
    insert: (collection: Collection, document: Document, bytes: Uint8Array): void => {
      const id = sqlite.run('INSERT INTO document (collection, bytes) VALUES (?, ?)', collection.id, bytes);
      for (const index of collection.indexes) enter(collection, index, document, id, keysOf(index, document));
    },
    replace: (collection: Collection, id: number, before: Document, after: Document, bytes: Uint8Array): void => {
      for (const index of collection.indexes) {
        const old = keysOf(index, before);
        const now = keysOf(index, after);
        leave(index, id, without(old, now));
        enter(collection, index, after, id, without(now, old));
      }
      sqlite.run('UPDATE document SET bytes = ? WHERE id = ?', bytes, id);
    },
    remove: (collection: Collection, id: number, document: Document): void => {
      for (const index of collection.indexes) leave(index, id, keysOf(index, document));
      sqlite.run('DELETE FROM document WHERE id = ?', id);
    },
    /** Adds an index and fills it. Throws 11000 where the documents break it. */
    addIndex: (collection: Collection, definition: Document): void => {
      const index = catalog.addIndex(collection, definition);
      for (const { id, bytes } of scan(collection)) {
        const document = readDocument(bytes);
        enter(collection, index, document, id, keysOf(index, document));
      }
    },
    count: ({ id }: Collection) =>
      Number(sqlite.get('SELECT count(*) AS n FROM document WHERE collection = ?', id)?.['n']),
    scan,
    /** The documents with an index key from `low` up to and without `high`, in the order of the index; by pages too. */
    *range(index: Index, low: Buffer, high: Buffer, backwards: boolean, page = 64): Generator<Stored> {
      const select = 'SELECT key, id, bytes FROM entry JOIN document ON id = document WHERE list = ?1';
      const query = backwards
        ? `${select} AND (key, document) < (?2, ?3) AND key >= ?4 ORDER BY key DESC, document DESC LIMIT ?5`
        : `${select} AND (key, document) > (?2, ?3) AND key < ?4 ORDER BY key, document LIMIT ?5`;
      let key: Uint8Array = backwards ? high : low;
      let document = -1; // Before every entry with the same key, in both directions.
      for (let size = page; ; size = Math.min(size * 2, largestPage)) {
        const rows = sqlite.all(query, index.id, key, document, backwards ? low : high, size);
        for (const row of rows) yield toStored(row);
        const last = rows.at(-1);
        if (last === undefined || rows.length < size) return;
        key = bytesIn(last, 'key');
        document = Number(last['id']);
      }
    },
  };
}

function without(keys: readonly Buffer[], others: readonly Buffer[]): Buffer[] {
  return keys.filter((key) => !others.some((other) => other.equals(key)));
}

/** Says which key is taken in the form that drivers, mongoose and handlers read. */
function duplicate({ namespace }: Collection, { name, key, definition }: Index, document: Document): CommandError {
  const values = key.map(([path]): [string, unknown] => [path, path.split('.').reduce(child, document) ?? null]);
  const shown = values.map(([path, value]) => `${path}: ${typeof value === 'string' ? `"${value}"` : String(value)}`);
  const message = `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: { ${shown.join(', ')} }`;
  return new CommandError(11000, message, { keyPattern: definition['key'], keyValue: Object.fromEntries(values) });
}
