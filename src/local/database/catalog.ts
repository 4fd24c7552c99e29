import { deserialize, serialize } from 'bson';
import { compileFilter, type Filter } from './filter.ts';
import type { IndexKey } from './index-entries.ts';
import type { Row, Sqlite } from './sqlite.ts';
import { isDocument, readDocument, toNumber, type Document } from './value.ts';

/** An index: an ordered run of byte keys. `_id` is one too. */
export interface Index {
  readonly id: number;
  readonly name: string;
  /** As the client gave it and as `listIndexes` shows it. */
  readonly definition: Document;
  readonly key: IndexKey;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly expireAfterSeconds: number | undefined;
  /** Documents that do not match are not in the index. */
  readonly partial: Filter | undefined;
  /** Whether an array was ever met: a document may be in the index more than once. */
  multi: boolean;
}

export interface Collection {
  readonly id: number;
  /** `database.collection` */
  readonly namespace: string;
  indexes: readonly Index[];
}

/** Which collections and indexes there are. What is read is remembered until `forget`. */
export interface Catalog {
  collection(namespace: string): Collection | undefined;
  list(database: string): Collection[];
  everything(): Collection[];
  create(namespace: string): Collection;
  drop(collection: Collection): void;
  addIndex(collection: Collection, definition: Document): Index;
  dropIndex(collection: Collection, index: Index): void;
  markMulti(index: Index): void;
  /** Whether an index that a cursor reads from is still there. */
  hasIndex(id: number): boolean;
  /** Something was rolled back, or another process has written. */
  forget(): void;
}

export function openCatalog(sqlite: Sqlite): Catalog {
  const remembered = new Map<string, Collection>();

  function toIndex(row: Row): Index {
    const definition = deserialize(bytes(row, 'definition'));
    // Filters compare BSON values, so this one part is read with its types.
    const partial = readDocument(bytes(row, 'definition'))['partialFilterExpression'];
    const name = String(definition['name']);
    const expire: unknown = definition['expireAfterSeconds'];
    return {
      id: Number(row['id']),
      name,
      definition,
      key: isDocument(definition['key'])
        ? Object.entries(definition['key']).map(([path, direction]) => [path, toNumber(direction)])
        : [],
      unique: definition['unique'] === true || name === '_id_',
      sparse: definition['sparse'] === true,
      expireAfterSeconds: typeof expire === 'number' ? expire : undefined,
      partial: partial === undefined ? undefined : compileFilter(partial),
      multi: row['multi'] === 1,
    };
  }

  function read(row: Row): Collection {
    const namespace = String(row['namespace']);
    const known = remembered.get(namespace);
    if (known) return known;
    const rows = sqlite.all(
      'SELECT id, definition, multi FROM list WHERE collection = ? ORDER BY id',
      Number(row['id']),
    );
    const collection = { id: Number(row['id']), namespace, indexes: rows.map(toIndex) };
    remembered.set(namespace, collection);
    return collection;
  }

  function collection(namespace: string): Collection | undefined {
    const known = remembered.get(namespace);
    if (known) return known;
    const row = sqlite.get('SELECT id, namespace FROM collection WHERE namespace = ?', namespace);
    return row && read(row);
  }

  function addIndex(collection: Collection, definition: Document): Index {
    const id = sqlite.run(
      'INSERT INTO list (collection, name, definition) VALUES (?, ?, ?)',
      collection.id,
      String(definition['name']),
      serialize(definition),
    );
    const index = toIndex({ id, definition: Uint8Array.from(serialize(definition)), multi: 0 });
    collection.indexes = [...collection.indexes, index];
    return index;
  }

  function everything(): Collection[] {
    return sqlite.all('SELECT id, namespace FROM collection ORDER BY namespace').map(read);
  }

  return {
    collection,
    everything,
    list: (database) => everything().filter(({ namespace }) => namespace.startsWith(`${database}.`)),
    create: (namespace) => {
      const id = sqlite.run('INSERT INTO collection (namespace) VALUES (?)', namespace);
      const made = read({ id, namespace });
      addIndex(made, { v: 2, key: { _id: 1 }, name: '_id_' });
      return made;
    },
    drop: ({ id, namespace, indexes }) => {
      for (const index of indexes) sqlite.run('DELETE FROM entry WHERE list = ?', index.id);
      sqlite.run('DELETE FROM list WHERE collection = ?', id);
      sqlite.run('DELETE FROM document WHERE collection = ?', id);
      sqlite.run('DELETE FROM collection WHERE id = ?', id);
      remembered.delete(namespace);
    },
    addIndex,
    dropIndex: (collection, index) => {
      sqlite.run('DELETE FROM entry WHERE list = ?', index.id);
      sqlite.run('DELETE FROM list WHERE id = ?', index.id);
      collection.indexes = collection.indexes.filter((other) => other !== index);
    },
    markMulti: (index) => {
      index.multi = true;
      sqlite.run('UPDATE list SET multi = 1 WHERE id = ?', index.id);
    },
    hasIndex: (id) => sqlite.get('SELECT 1 FROM list WHERE id = ?', id) !== undefined,
    forget: () => remembered.clear(),
  };
}

/** A column that the tables declare as BLOB. */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw new Error(`the store's file holds no bytes in ${column}`);
}
