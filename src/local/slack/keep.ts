/** A named shelf of records. What `set` was told is there after a crash, where the keep is a durable one. */
export interface Table<T> {
  get(id: string): T | undefined;
  set(id: string, value: T): void;
  delete(id: string): void;
  values(): Iterable<T>;
}

/** Where the double keeps its state. */
export interface Keep {
  table<T>(name: string): Table<T>;
}

/** A keep that forgets with the process; two doubles that share it see the same state, one after the other. */
export function memoryKeep(): Keep {
  const tables = new Map<string, Map<string, string>>();
  return {
    table<T>(name: string): Table<T> {
      const rows = tables.get(name) ?? new Map<string, string>();
      tables.set(name, rows);
      // Kept as text, as a durable keep does: nobody can change a record by holding on to the object.
      // True because one table's name is only ever written with one T.
      const read = (text: string): T => JSON.parse(text);
      return {
        get: (id) => {
          const text = rows.get(id);
          return text === undefined ? undefined : read(text);
        },
        set: (id, value) => void rows.set(id, JSON.stringify(value)),
        delete: (id) => void rows.delete(id),
        values: () => [...rows.values()].map(read),
      };
    },
  };
}
