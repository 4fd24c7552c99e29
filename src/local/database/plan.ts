import { BSONRegExp } from 'bson';
import type { Collection, Index } from './catalog.ts';
import type { IndexKey } from './index-entries.ts';
import { encode, invert, rankOf, sameValue } from './key.ts';
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
  prefix?: string;
}

const end = Buffer.from([0xff]);
const mostRanges = 1000;

/** Chooses the index that narrows most, or the one that saves the sorting. */
export function choosePlan(collection: Collection, filter: Document, sort: IndexKey): Plan {
  const bounds = collectBounds(filter);
  let best: Plan = { index: undefined, ranges: [], backwards: false, sorted: sort.length === 0 };
  let bestScore = 0;
  for (const index of collection.indexes) {
    if (index.partial && !covers(index.definition['partialFilterExpression'], filter)) continue;
    const { used, prefixes, range } = narrow(index, bounds);
    const order = index.multi || index.sparse || prefixes.length !== 1 ? undefined : sortsBy(index, used, sort, bounds);
    if (used === 0 && !range && (order === undefined || sort.length === 0)) continue;
    // A sparse index lacks documents; only a condition on its fields shows that none of those is asked for.
    if (index.sparse && used === 0 && !range) continue;
    const whole = index.unique && used === index.key.length;
    const score = used * 4 + (range ? 2 : 0) + (order === undefined ? 0 : 3) + (whole ? 100 : 0);
    if (score <= bestScore) continue;
    bestScore = score;
    const ranges = prefixes.map((prefix): Range => {
      const [low, high] = range ?? [Buffer.alloc(0), end];
      return [Buffer.concat([prefix, low]), Buffer.concat([prefix, high])];
    });
    ranges.sort(([a], [b]) => Buffer.compare(a, b));
    best = { index, ranges, backwards: order === 'backwards', sorted: sort.length === 0 || order !== undefined };
  }
  return best;
}

/** The documents of a plan, each once. */
export function* planned(store: Store, collection: Collection, plan: Plan, page?: number): Generator<Stored> {
  if (!plan.index) return yield* store.scan(collection, page);
  const seen = plan.index.multi ? new Set<number>() : undefined;
  let last: Buffer | undefined;
  for (const [low, high] of plan.ranges) {
    if (last?.equals(low)) continue; // The same value twice in an $in.
    last = low;
    for (const stored of store.range(plan.index, low, high, plan.backwards, page)) {
      if (seen?.has(stored.id)) continue;
      seen?.add(stored.id);
      yield stored;
    }
  }
}

function collectBounds(filter: Document, bounds = new Map<string, Bound>()): Map<string, Bound> {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition))
      for (const part of condition.filter(isDocument)) collectBounds(part, bounds);
    if (name.startsWith('$')) continue;
    const bound = bounds.get(name) ?? {};
    bounds.set(name, bound);
    for (const [operator, value] of Object.entries(hasOperators(condition) ? condition : { $eq: condition })) {
      if (operator === '$eq' && value instanceof BSONRegExp) setPrefix(bound, value.pattern, value.options);
      else if (operator === '$regex')
        setPrefix(bound, value, hasOperators(condition) ? condition['$options'] : undefined);
      else if (operator === '$eq' && usable(value)) bound.equal = [value];
      else if (operator === '$in' && Array.isArray(value) && value.every(usable)) bound.equal ??= value;
      else if ((operator === '$gt' || operator === '$gte') && usable(value) && value !== null) bound.above = value;
      else if ((operator === '$lt' || operator === '$lte') && usable(value) && value !== null) bound.below = value;
    }
  }
  return bounds;
}

/** An array is also found by its elements, so no index entry stands for it as a whole. */
function usable(value: unknown): boolean {
  return !Array.isArray(value) && !(value instanceof BSONRegExp);
}

/** The literal text that every match begins with. The last character may belong to a quantifier and is left out. */
function setPrefix(bound: Bound, pattern: unknown, options: unknown): void {
  if (pattern instanceof BSONRegExp) return setPrefix(bound, pattern.pattern, options ?? pattern.options);
  if (typeof pattern !== 'string' || (options ?? '') !== '' || pattern.includes('|')) return;
  const text = /^\^([\w @:/-]+)/.exec(pattern)?.[1]?.slice(0, -1);
  if (text) bound.prefix = text;
}

/** How many leading fields are fixed, the key prefixes that they give, and the range of the field after them. */
function narrow(index: Index, bounds: ReadonlyMap<string, Bound>): { used: number; prefixes: Buffer[]; range?: Range } {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  for (const [used, [path, direction]] of index.key.entries()) {
    const bound = bounds.get(path);
    // With arrays the fields of an entry may come from different elements, so only the first field may narrow.
    if (!bound || (index.multi && used > 0)) return { used, prefixes };
    const { equal } = bound;
    const skipsMissing = index.sparse && equal?.some((value) => rankOf(value) === rankOf(null));
    if (!equal || skipsMissing || equal.length * prefixes.length > mostRanges) {
      const range = rangeOf(bound, direction, index.multi);
      return range ? { used, prefixes, range } : { used, prefixes };
    }
    prefixes = prefixes.flatMap((prefix) => equal.map((value) => Buffer.concat([prefix, part(value, direction)])));
  }
  return { used: index.key.length, prefixes };
}

function part(value: unknown, direction: number): Buffer {
  return direction < 0 ? invert(encode(value)) : encode(value);
}

/** From a bound to bytes; a side without a bound ends where the type ends. */
function rangeOf({ above, below, prefix }: Bound, direction: number, multi: boolean): Range | undefined {
  const first = above ?? below ?? prefix;
  if (first === undefined) return undefined;
  const rank = rankOf(first);
  const fits = (value: unknown) => value !== undefined && rankOf(value) === rank;
  // Different elements of an array may satisfy different bounds, so that only one of them may narrow there.
  const low = fits(above) ? encode(above) : undefined;
  let high = fits(below) && !(multi && low) ? encode(below) : undefined;
  let start = low;
  if (prefix !== undefined && !low && !high) {
    start = encode(prefix).subarray(0, -2);
    high = Buffer.concat([start, end, end]);
  }
  high ??= Buffer.from([rank + 1]);
  if (direction > 0) return [start ?? Buffer.from([rank]), Buffer.concat([high, end])];
  // Inverted, the bytes sort the other way round: what ended the range begins it.
  return [invert(high), start ? Buffer.concat([invert(start), end, end, end]) : Buffer.from([(rank ^ 0xff) + 1])];
}

/** Whether the rest of the index, read in one direction, is the order that is asked for. */
function sortsBy(
  index: Index,
  used: number,
  sort: IndexKey,
  bounds: ReadonlyMap<string, Bound>,
): 'forwards' | 'backwards' | undefined {
  // A field that is fixed needs no sorting, but only the index proves that it never holds an array.
  const fixed = (path: string) => bounds.get(path)?.equal?.length === 1 && index.key.some(([own]) => own === path);
  const wanted = sort.filter(([path]) => !fixed(path));
  const rest = index.key.slice(used);
  const fits = (sign: number) =>
    wanted.every(([path, direction], at) => rest[at]?.[0] === path && (rest[at]?.[1] ?? 0) * sign === direction);
  return fits(1) ? 'forwards' : fits(-1) ? 'backwards' : undefined;
}

/** Whether the filter asks, word for word, for what the partial index holds. */
function covers(needed: unknown, filter: Document): boolean {
  return (
    isDocument(needed) &&
    Object.entries(needed).every(
      ([name, value]) =>
        Object.hasOwn(filter, name) &&
        !hasOperators(value) &&
        !isDocument(filter[name]) &&
        sameValue(value, filter[name]),
    )
  );
}
