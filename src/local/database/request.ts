import { refuse } from './errors.ts';
import type { Document } from './value.ts';

/** One command, as it came from the wire. */
export interface Request {
  readonly name: string;
  readonly body: Document;
  /** The documents of an insert that the wire carries beside the body, unread. */
  readonly rawDocuments?: readonly Uint8Array[] | undefined;
}

/** What a command answers, `ok` left out. A batch is part of a cursor's documents, as they are stored. */
export type Reply = Document | Batch;
export interface Batch {
  readonly batch: readonly Uint8Array[];
  readonly field: 'firstBatch' | 'nextBatch';
  readonly cursor: { readonly id: bigint; readonly ns: string };
}

/** `database.collection`, from the field of a command that names the collection. */
export function namespaceOf({ name, body }: Request, field = name): string {
  const { [field]: collection } = body;
  if (typeof collection !== 'string' || !/^[^\0$]+$/.test(collection))
    return refuse(73, `${name} needs the name of a collection`);
  return `${databaseOf(body)}.${collection}`;
}

export function databaseOf({ $db: database }: Document): string {
  return typeof database === 'string' && /^[^\0/\\. "$]+$/.test(database)
    ? database
    : refuse(73, 'Invalid database name');
}
