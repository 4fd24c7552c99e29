import { BSONRegExp } from 'bson';
import type { Collection, Index } from './catalog.ts';
import { directed, invert, type IndexKey } from './index-entries.ts';
import { encode, rankOf } from './key.ts';
import type { Store, Stored } from './store.ts';
import { hasOperators, isDocument, type Document } from './value.ts';

/** How to find the documents. The filter is tested again on each, so a plan only has to miss none. */
export interface Plan {
  /** `undefined`: look at every document. */
  readonly index: Index | undefined;
  readonly ranges: readonly Range[];
  readonly backwards: boolean;
  /** Whether they come out in the order that was asked for. */
  readonly sorted: boolean;
}
type Range = readonly [low: Buffer, high: Buffer];

/** What a filter says of one path, as far as an index can use it. */
interface Bound {
  equal?: readonly unknown[];
  above?: unknown;
  below?: unknown;
}
type Bounds = ReadonlyMap<string, Bound>;

const end = Buffer.from([0xff]);
const everything: Range = [Buffer.alloc(0), end];
const mostRanges = 1000;

/** Chooses the index that narrows most, or the one that saves the sorting. Partial ones lack documents and are left out. */
export function choosePlan(collection: Collection, filter: Document, sort: IndexKey): Plan {
  const bounds = collectBounds(filter, new Map());
  let best: Plan = { index: undefined, ranges: [], backwards: false, sorted: sort.length === 0 };
  let bestScore = 0;
  for (const index of collection.indexes) {
    if (index.partial) continue;
    const { used, prefixes, range } = narrow(index, bounds);
    const ordered = !index.multi && !index.sparse && prefixes.length === 1;
    const forwards = ordered && sortsBy(index, used, sort, bounds, 1);
    const sorted = forwards || (ordered && sortsBy(index, used, sort, bounds, -1));
    // A sparse index lacks documents too, but none of those that a condition on its fields asks for.
    if (used === 0 && !range && (!sorted || sort.length === 0)) continue;
    const score = used * 4 + (range ? 2 : 0) + (sorted ? 3 : 0) + (index.unique && used === index.key.length ? 100 : 0);
    if (score <= bestScore) continue;
    bestScore = score;
    const [low, high] = range ?? everything;
    const ranges = prefixes.map((prefix): Range => [Buffer.concat([prefix, low]), Buffer.concat([prefix, high])]);
    ranges.sort(([a], [b]) => Buffer.compare(a, b));
    best = { index, ranges, backwards: sorted && !forwards, sorted: sorted || sort.length === 0 };
  }
  return best;
}

/** The documents of a plan, each once. */
export function* planned(store: Store, collection: Collection, plan: Plan, page?: number): Generator<Stored> {
  if (!plan.index) {
    yield* store.scan(collection, page);
    return;
  }
  const seen = new Set<number>();
  let last: Buffer | undefined;
  for (const [low, high] of plan.ranges) {
    if (last?.equals(low)) continue; // The same value twice in an $in.
    last = low;
    for (const stored of store.range(plan.index, low, high, plan.backwards, page)) {
      if (seen.has(stored.id)) continue;
      if (plan.index.multi) seen.add(stored.id);
      yield stored;
    }
  }
}

function collectBounds(filter: Document, bounds: Map<string, Bound>): Bounds {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition))
      for (const part of condition.filter(isDocument)) collectBounds(part, bounds);
    if (name.startsWith('$')) continue;
    const bound = bounds.get(name) ?? {};
    bounds.set(name, bound);
    for (const [operator, value] of Object.entries(hasOperators(condition) ? condition : { $eq: condition })) {
      const listed = operator === '$in' && Array.isArray(value) ? value : [value];
      // An array is also found by its elements, so no entry stands for it as a whole.
      if (listed.some((one) => Array.isArray(one) || one instanceof BSONRegExp)) continue;
      if (operator === '$eq') bound.equal = listed;
      if (operator === '$in') bound.equal ??= listed;
      if (operator.startsWith('$gt') && value !== null) bound.above = value;
      if (operator.startsWith('$lt') && value !== null) bound.below = value;
    }
  }
  return bounds;
}

/** How many leading fields are fixed, the key prefixes that they give, and the range of the field after them. */
function narrow(index: Index, bounds: Bounds): { used: number; prefixes: Buffer[]; range?: Range | undefined } {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  for (const [used, [path, direction]] of index.key.entries()) {
    const bound = bounds.get(path);
    // With arrays the fields of an entry may come from different elements, so only the first field may narrow.
    if (!bound || (index.multi && used > 0)) return { used, prefixes };
    const { equal } = bound;
    const skipsMissing = index.sparse && equal?.some((value) => value === null);
    if (!equal || skipsMissing || equal.length * prefixes.length > mostRanges)
      return { used, prefixes, range: rangeOf(bound, direction, index.multi) };
    const parts = equal.map((value) => directed(value, direction));
    prefixes = prefixes.flatMap((prefix) => parts.map((part) => Buffer.concat([prefix, part])));
  }
  return { used: index.key.length, prefixes };
}

/** From a bound to bytes; a side without a bound ends where the type ends. */
function rangeOf({ above, below }: Bound, direction: number, multi: boolean): Range | undefined {
  const first = above ?? below;
  if (first === undefined) return undefined;
  const rank = rankOf(first);
  const fits = (value: unknown) => value !== undefined && rankOf(value) === rank;
  const low = fits(above) ? encode(above) : undefined;
  // Different elements of an array may satisfy the two sides, so that only one of them may narrow there.
  const high = fits(below) && !(multi && low) ? encode(below) : Buffer.from([rank + 1]);
  if (direction > 0) return [low ?? Buffer.from([rank]), Buffer.concat([high, end])];
  // Inverted, the bytes sort the other way round: what ended the range begins it.
  return [invert(high), low ? Buffer.concat([invert(low), end]) : Buffer.from([(rank ^ 0xff) + 1])];
}

/** Whether the rest of the index, read in one direction, is the order that is asked for. */
function sortsBy(index: Index, used: number, sort: IndexKey, bounds: Bounds, sign: 1 | -1): boolean {
  // A field that is fixed needs no sorting, but only the index proves that it never holds an array.
  const fixed = (path: string) => bounds.get(path)?.equal?.length === 1 && index.key.some(([own]) => own === path);
  const wanted = sort.filter(([path]) => !fixed(path));
  const rest = index.key.slice(used);
  return wanted.every(([path, way], at) => rest[at]?.[0] === path && (rest[at]?.[1] ?? 0) * sign === way);
}
