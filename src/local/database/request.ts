import { refuse } from './errors.ts';
import { isDocument, toNumber, type Document } from './value.ts';

/** One command, as it came from the wire. */
export interface Request {
  readonly name: string;
  readonly body: Document;
  /** What of the command the wire carries beside its body, unread: the documents of an insert. */
  readonly rawDocuments?: readonly Uint8Array[] | undefined;
}

/** The first or next part of a cursor's documents, as they are stored. */
export interface Batch {
  readonly cursorId: bigint;
  readonly namespace: string;
  readonly field: 'firstBatch' | 'nextBatch';
  readonly documents: readonly Uint8Array[];
}
export type Reply = { readonly document: Document } | { readonly batch: Batch };

/** `database.collection`, from a command whose own field names the collection. */
export function namespaceOf({ name, body }: Request, field = name): string {
  const collection = body[field];
  if (typeof collection !== 'string') return refuse(73, `${name} needs the name of a collection`);
  if (collection === '' || /[\0$]/.test(collection)) return refuse(73, `Invalid collection name: '${collection}'`);
  return `${databaseOf(body)}.${collection}`;
}

export function databaseOf(body: Document): string {
  const database = body['$db'];
  if (typeof database !== 'string' || !/^[^\0/\\. "$]+$/.test(database)) return refuse(73, 'Invalid database name');
  return database;
}

/** An integer option; `fallback` when it was not given. */
export function integer(value: unknown, name: string, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const number = toNumber(value);
  return Number.isSafeInteger(number) ? number : refuse(14, `'${name}' must be an integer`);
}

export function documentIn(value: unknown, name: string): Document {
  return value === undefined ? {} : isDocument(value) ? value : refuse(14, `'${name}' must be a document`);
}

export function documentsIn(value: unknown, name: string): readonly Document[] {
  if (!Array.isArray(value)) return refuse(14, `'${name}' must be an array`);
  return value.map((one) => documentIn(one, name));
}
