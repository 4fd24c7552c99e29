import type { Collection } from './catalog.ts';
import { refuse } from './errors.ts';
import { compileFilter } from './filter.ts';
import { sortKey, type IndexKey } from './index-entries.ts';
import { choosePlan, planned } from './plan.ts';
import type { Store, Stored } from './store.ts';
import { documentIn, readDocument, toNumber, type Document } from './value.ts';

export interface Hit extends Stored {
  readonly document: Document;
}
export interface Query {
  readonly filter: Document;
  readonly sort?: IndexKey;
  readonly skip?: number;
  /** 0 is no limit. */
  readonly limit?: number;
}

/** The documents that match, in order. Reads on only when the caller asks for more. */
export function* search(store: Store, collection: Collection | undefined, query: Query): Generator<Hit> {
  const { filter, sort = [], skip = 0, limit = 0 } = query;
  const matches = compileFilter(filter);
  if (!collection) return;
  const plan = choosePlan(collection, filter, sort);
  const page = plan.sorted && limit > 0 ? Math.min(1024, skip + limit) : undefined;
  const found = map(planned(store, collection, plan, page), toHit).filter(({ document }) => matches(document));
  const ordered = (plan.sorted ? found : inOrder(found, sort)).drop(skip);
  yield* limit > 0 ? ordered.take(limit) : ordered;
}

/** Keeps only keys and bytes while it sorts: a document that was read is several times as large. */
function inOrder(found: Iterable<Hit>, sort: IndexKey): IteratorObject<Hit> {
  const keyed = [...map(found, ({ id, bytes, document }) => ({ id, bytes, key: sortKey(document, sort) }))];
  return map(
    keyed.sort((a, b) => Buffer.compare(a.key, b.key)),
    toHit,
  );
}

function toHit({ id, bytes }: Stored): Hit {
  return { id, bytes, document: readDocument(bytes) };
}

/** Throws for a direction that is neither 1 nor -1. */
export function parseSort(sort: unknown): IndexKey {
  return Object.entries(documentIn(sort, 'sort')).map(([path, direction]) => {
    const way = toNumber(direction);
    return [path, way === 1 || way === -1 ? way : refuse(15975, `The sort of ${path} must be 1 or -1`)];
  });
}

export function map<From, To>(values: Iterable<From>, convert: (value: From) => To): IteratorObject<To> {
  return Iterator.from(values).map((value) => convert(value));
}
