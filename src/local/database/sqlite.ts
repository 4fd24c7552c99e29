import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { isBusy } from './errors.ts';

export type Row = Record<string, SQLOutputValue>;
export type Sqlite = ReturnType<typeof openSqlite>;

/** Changes with the tables and with the encoding of keys; a file of another version is not touched. */
const version = 1;
const tables = `
CREATE TABLE collection (id INTEGER PRIMARY KEY, namespace TEXT NOT NULL UNIQUE);
CREATE TABLE list (id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, definition BLOB NOT NULL, multi INTEGER NOT NULL);
CREATE INDEX list_collection ON list (collection);
CREATE TABLE document (id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX document_collection ON document (collection);
CREATE TABLE entry (list INTEGER NOT NULL, key BLOB NOT NULL, document INTEGER NOT NULL,
  PRIMARY KEY (list, key, document)) WITHOUT ROWID;
PRAGMA user_version = ${version};`;

/**
 * One connection to the file, made when it is missing, for this user alone. Everything is synchronous and throws what
 * SQLite throws. What is committed is on disk: a write-ahead log with synchronous FULL.
 */
export function openSqlite(file: string, maxPages: number | undefined) {
  closeSync(openSync(file, 'a', 0o600)); // SQLite gives its other files the rights of the first.
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec('PRAGMA fullfsync = ON; PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;');
  if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`);
  database.exec('BEGIN IMMEDIATE');
  const found = database.prepare('PRAGMA user_version').get()?.['user_version'];
  if (found === 0) database.exec(tables);
  database.exec('COMMIT; PRAGMA busy_timeout = 0;'); // From here on a lock is waited for by a timer, not by blocking.
  if (found !== 0 && found !== version) {
    database.close();
    throw new Error(
      `${file} was written by another version (${String(found)}). It was not changed. Use that version for it.`,
    );
  }

  const statements = new Map<string, StatementSync>();
  function prepared(query: string): StatementSync {
    const statement = statements.get(query) ?? database.prepare(query);
    statements.set(query, statement);
    return statement;
  }
  let dataVersion: SQLOutputValue | undefined;
  return {
    all: (query: string, ...values: SQLInputValue[]): Row[] => prepared(query).all(...values),
    get: (query: string, ...values: SQLInputValue[]): Row | undefined => prepared(query).get(...values),
    /** Gives the id of the row that was inserted last. */
    run: (query: string, ...values: SQLInputValue[]) => Number(prepared(query).run(...values).lastInsertRowid),
    /** `false` when somebody else is writing: try again later. */
    begin: (mode: 'DEFERRED' | 'IMMEDIATE') => {
      try {
        prepared(`BEGIN ${mode}`).run();
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      }
    },
    /** Does the work whole or not at all, inside a transaction. */
    whole: <T>(work: () => T): T => {
      prepared('SAVEPOINT whole').run();
      try {
        const result = work();
        prepared('RELEASE whole').run();
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK TO whole; RELEASE whole');
        throw error;
      }
    },
    commit: () => void prepared('COMMIT').run(),
    /** Harmless when SQLite has ended the transaction by itself, as it does on a full disk. */
    rollback: () => void (database.isTransaction && prepared('ROLLBACK').run()),
    inTransaction: () => database.isTransaction,
    /** Whether another connection has committed since this was asked last. */
    changedElsewhere: () => {
      const before = dataVersion;
      dataVersion = prepared('PRAGMA data_version').get()?.['data_version'];
      return before !== dataVersion;
    },
    close: () => database.close(),
  };
}

/** A column that the tables declare as BLOB. */
export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : new Uint8Array();
}
