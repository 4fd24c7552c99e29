import mongoose, { type mongo } from 'mongoose';
import { afterAll, beforeAll, expect } from 'vitest';

/** A server to judge: where it is, and how it is left. */
export interface Judged {
  readonly uri: string;
  close(): Promise<void>;
}

export interface Entry extends mongo.Document {
  _id?: number | mongoose.Types.ObjectId;
}

/** What the judging tests stand on; usable inside tests only. */
export interface Court {
  readonly connection: () => mongoose.Connection;
  readonly database: () => mongo.Db;
  /** A new collection with these documents. */
  holding: (...documents: Entry[]) => Promise<mongo.Collection<Entry>>;
  /** A name that no other test has. */
  freshName: () => string;
}

export function openCourt(open: () => Promise<Judged>): Court {
  let server: Judged;
  let connection: mongoose.Connection;
  let made = 0;
  beforeAll(async () => {
    server = await open();
    const options = { dbName: `exeunt_test_${process.pid}`, serverSelectionTimeoutMS: 5_000 };
    connection = await mongoose.createConnection(server.uri, options).asPromise();
  });
  afterAll(async () => {
    await connection?.dropDatabase();
    await connection?.close();
    await server?.close();
  });
  const database = () => connection.getClient().db(connection.name);
  const freshName = () => `c${++made}`;
  return {
    connection: () => connection,
    database,
    freshName,
    holding: async (...documents) => {
      const collection = database().collection<Entry>(freshName());
      if (documents.length > 0) await collection.insertMany(documents);
      return collection;
    },
  };
}

export async function ids(collection: mongo.Collection<Entry>, filter: mongo.Filter<Entry>): Promise<unknown[]> {
  const found = await collection.find(filter).sort({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id);
}

/** The error of something that must fail. */
export async function failing(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it was answered without an error'),
    (error: unknown) => error,
  );
}
