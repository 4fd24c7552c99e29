import { randomInt } from 'node:crypto';
import { Long } from 'bson';
import { refuse } from './errors.ts';
import { namespaceOf, type Batch, type Request } from './request.ts';
import type { Store } from './store.ts';
import { integerIn, type Document } from './value.ts';

interface Cursor {
  readonly ns: string;
  readonly documents: Iterator<Uint8Array>;
  /** The indexes of the collection that it reads from. */
  readonly indexIds: readonly number[];
  /** Read already, but no longer part of the last batch. */
  held: Uint8Array | undefined;
  usedAt: number;
}
export type Cursors = ReturnType<typeof createCursors>;

const largestBatch = 15 * 1024 * 1024;
const idleMs = 600_000;

/** Hands out what was found batch by batch; the rest is read when it is asked for. */
export function createCursors(store: Store) {
  const cursors = new Map<bigint, Cursor>();
  // Not from 1: after a restart a cursor of before must not be taken for a new one.
  let lastId = BigInt(randomInt(2 ** 47)) << 15n;

  function batch(id: bigint, cursor: Cursor, size: number, field: Batch['field'], single: boolean): Batch {
    const documents: Uint8Array[] = [];
    let room = largestBatch;
    let next = cursor.held ?? pull(cursor);
    while (next && documents.length < size && (room === largestBatch || next.length <= room)) {
      documents.push(next);
      room -= next.length;
      next = pull(cursor);
    }
    cursor.held = next;
    cursor.usedAt = Date.now();
    const open = next !== undefined && !single;
    if (open) cursors.set(id, cursor);
    return { batch: documents, field, cursor: { id: open ? id : 0n, ns: cursor.ns } };
  }

  return {
    /** The first batch; `single` when no other will be asked for. */
    open: (ns: string, documents: Iterable<Uint8Array>, size: number, single = false): Batch => {
      const indexIds = store.catalog.find(ns)?.indexes.map(({ id }) => id) ?? [];
      const cursor = { ns, documents: documents[Symbol.iterator](), indexIds, held: undefined, usedAt: 0 };
      return batch(++lastId, cursor, size, 'firstBatch', single);
    },
    getMore: (request: Request): Batch => {
      const { getMore, batchSize } = request.body;
      const id = getMore instanceof Long ? getMore.toBigInt() : 0n;
      const cursor = cursors.get(id);
      if (cursor?.ns !== namespaceOf(request, 'collection')) return refuse(43, `cursor id ${id} not found`);
      cursors.delete(id); // Until it has answered: a cursor that failed half-way cannot go on.
      if (!cursor.indexIds.every((index) => store.catalog.hasIndex(index)))
        refuse(175, 'The collection or an index of it was dropped while the cursor was open.');
      return batch(id, cursor, integerIn(batchSize, 'batchSize', 0) || Infinity, 'nextBatch', false);
    },
    kill: ({ body: { cursors: ids } }: Request): Document => {
      const asked: readonly unknown[] = Array.isArray(ids) ? ids : [];
      const cursorsKilled = asked.filter((id) => id instanceof Long && cursors.delete(id.toBigInt()));
      const cursorsNotFound = asked.filter((id) => !cursorsKilled.includes(id));
      return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
    },
    /** Forgets the cursors that nobody has asked for ten minutes. */
    forgetIdle: (): void => {
      for (const [id, { usedAt }] of cursors) if (Date.now() - usedAt > idleMs) cursors.delete(id);
    },
  };
}

function pull({ documents }: Cursor): Uint8Array | undefined {
  const next = documents.next();
  return next.done === true ? undefined : next.value;
}
