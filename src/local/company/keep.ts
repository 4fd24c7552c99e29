import { DatabaseSync } from 'node:sqlite';

/** Values by id. A value is plain JSON; what comes out is a copy, so that a change counts only when it is set. */
export interface Table<T> {
  get(id: string): T | undefined;
  set(id: string, value: T): void;
  /** Whether there was something to delete. */
  delete(id: string): boolean;
  /** All of them, the oldest first. */
  values(): T[];
}

/** Where the doubles keep their state. */
export interface Keep {
  table<T>(name: string): Table<T>;
  /** All of the work's writes, or none of them. The work is synchronous. */
  together(work: () => void): void;
  close(): void;
}

/**
 * Keeps everything in one SQLite file, written through at each `set`: what was set survives the death of the process.
 * Throws what SQLite throws when the file cannot be opened or written.
 */
export function openKeep(file: string): Keep {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
  database.exec('CREATE TABLE IF NOT EXISTS kept (place TEXT, id TEXT, value TEXT, UNIQUE (place, id))');
  const get = database.prepare('SELECT value FROM kept WHERE place = ? AND id = ?');
  const set = database.prepare(
    'INSERT INTO kept (place, id, value) VALUES (?, ?, ?) ON CONFLICT (place, id) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM kept WHERE place = ? AND id = ?');
  const all = database.prepare('SELECT value FROM kept WHERE place = ? ORDER BY rowid');

  return {
    // What comes out is a T because only `set` of the same table writes these rows, and JSON gives back what it took.
    table: <T>(name: string): Table<T> => ({
      get: (id): T | undefined => {
        const row = get.get(name, id);
        return row && JSON.parse(String(row['value']));
      },
      set: (id, value) => void set.run(name, id, JSON.stringify(value)),
      delete: (id) => Number(remove.run(name, id).changes) > 0,
      values: () => all.all(name).map((row): T => JSON.parse(String(row['value']))),
    }),
    together: (work) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        work();
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** Keeps everything in memory, for tests that need no restart. */
export function memoryKeep(): Keep {
  return openKeep(':memory:');
}
