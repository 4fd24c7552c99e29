import { deserialize, serialize } from 'bson';
import { compileFilter } from './filter.ts';
import type { IndexKey } from './index-entries.ts';
import { bytesIn, type Row, type Sqlite } from './sqlite.ts';
import { documentIn, readDocument, toNumber, type Document } from './value.ts';

/** An index: an ordered run of byte keys. `_id` is one too. */
export type Index = ReturnType<typeof toIndex>;
export interface Collection {
  readonly id: number;
  /** `database.collection` */
  readonly namespace: string;
  indexes: readonly Index[];
}

/** Which collections and indexes there are. What is read is remembered until `forget`. */
export function openCatalog(sqlite: Sqlite) {
  const remembered = new Map<string, Collection>();

  function read(row: Row): Collection {
    const namespace = String(row['namespace']);
    const known = remembered.get(namespace);
    if (known) return known;
    const indexes = sqlite.all('SELECT * FROM list WHERE collection = ? ORDER BY id', Number(row['id'])).map(toIndex);
    const collection = { id: Number(row['id']), namespace, indexes };
    remembered.set(namespace, collection);
    return collection;
  }

  function addIndex(collection: Collection, definition: Document): Index {
    const bytes = serialize(definition);
    const id = sqlite.run('INSERT INTO list (collection, definition, multi) VALUES (?, ?, 0)', collection.id, bytes);
    const index = toIndex({ id, definition: Uint8Array.from(bytes), multi: 0 });
    collection.indexes = [...collection.indexes, index];
    return index;
  }

  function dropIndex(collection: Collection, index: Index): void {
    sqlite.run('DELETE FROM entry WHERE list = ?', index.id);
    sqlite.run('DELETE FROM list WHERE id = ?', index.id);
    collection.indexes = collection.indexes.filter((other) => other !== index);
  }

  return {
    find: (namespace: string): Collection | undefined => {
      const known = remembered.get(namespace);
      const row = known ? undefined : sqlite.get('SELECT * FROM collection WHERE namespace = ?', namespace);
      return row ? read(row) : known;
    },
    all: () => sqlite.all('SELECT * FROM collection ORDER BY namespace').map(read),
    create: (namespace: string): Collection => {
      const id = sqlite.run('INSERT INTO collection (namespace) VALUES (?)', namespace);
      const made = read({ id, namespace });
      addIndex(made, { v: 2, key: { _id: 1 }, name: '_id_' });
      return made;
    },
    drop: (collection: Collection): void => {
      for (const index of collection.indexes) dropIndex(collection, index);
      sqlite.run('DELETE FROM document WHERE collection = ?', collection.id);
      sqlite.run('DELETE FROM collection WHERE id = ?', collection.id);
      remembered.delete(collection.namespace);
    },
    addIndex,
    dropIndex,
    markMulti: (index: Index): void => {
      index.multi = true;
      sqlite.run('UPDATE list SET multi = 1 WHERE id = ?', index.id);
    },
    /** Whether an index that a cursor reads from is still there. */
    hasIndex: (id: number) => sqlite.get('SELECT 1 FROM list WHERE id = ?', id) !== undefined,
    /** Something was rolled back, or another process has written. */
    forget: () => remembered.clear(),
  };
}

function toIndex(row: Row) {
  const definition: Document = deserialize(bytesIn(row, 'definition'));
  const { name, key, unique, sparse, expireAfterSeconds } = definition;
  // Filters compare BSON values, so this one part is read with its types.
  const { partialFilterExpression: partial } = readDocument(bytesIn(row, 'definition'));
  return {
    id: Number(row['id']),
    name: String(name),
    /** As the client gave it and as `listIndexes` shows it. */
    definition,
    key: Object.entries(documentIn(key, 'key')).map(([path, way]): IndexKey[number] => [path, toNumber(way)]),
    unique: unique === true || name === '_id_',
    sparse: sparse === true,
    expireAfterSeconds: typeof expireAfterSeconds === 'number' ? expireAfterSeconds : undefined,
    /** Documents that do not match are not in the index. */
    partial: partial === undefined ? undefined : compileFilter(partial),
    /** Whether an array was ever met: a document may be in the index more than once. */
    multi: row['multi'] === 1,
  };
}
