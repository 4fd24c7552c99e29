import { refuse } from './errors.ts';
import { emptyArrayKey, encode } from './key.ts';
import { child, isDocument, isPosition, type Document } from './value.ts';

/** The fields of an index or a sort, each with 1 for ascending or -1 for descending. */
export type IndexKey = readonly (readonly [path: string, direction: number])[];

interface Branch {
  readonly value: unknown;
  readonly rest: readonly string[];
  readonly done: boolean;
}
const empty = Symbol('the empty array');

/**
 * The entries of one document in an index, and whether an array was met. Each element of an array has an entry; fields
 * under one array are expanded in step, and two arrays side by side are refused with `parallelCode`, as MongoDB does.
 */
export function indexEntries(document: Document, key: IndexKey, sparse: boolean, parallelCode: number) {
  let multi = false;
  const entries = new Map<string, Buffer>();
  function expand(branches: readonly Branch[]): void {
    const here = branches.map(descend);
    const array = here.find((branch) => !branch.done)?.value;
    if (Array.isArray(array)) {
      multi = true;
      if (here.some((branch) => !branch.done && branch.value !== array))
        refuse(parallelCode, 'cannot index or sort by parallel arrays');
      for (const element of array.length > 0 ? array : [empty])
        expand(here.map((branch) => (branch.done ? branch : into(element, branch.rest))));
    } else if (!sparse || here.some((branch) => branch.value !== undefined)) {
      const parts = here.map(({ value }, index) => directed(value, key[index]?.[1] ?? 1));
      const entry = Buffer.concat(parts);
      entries.set(entry.toString('latin1'), entry);
    }
  }
  expand(key.map(([path]) => ({ value: document, rest: path.split('.'), done: false })));
  return { entries: [...entries.values()], multi };
}

/** Bytes to order documents by: the least entry that an index on the same fields would hold. */
export function sortKey(document: Document, key: IndexKey): Buffer {
  const { entries } = indexEntries(document, key, false, 2);
  return entries.reduce((least, entry) => (Buffer.compare(least, entry) <= 0 ? least : entry));
}

/** The bytes of one field of an entry. */
export function directed(value: unknown, direction: number): Buffer {
  const bytes = value === empty ? emptyArrayKey : encode(value);
  return direction < 0 ? invert(bytes) : bytes;
}

/** Bytes that sort the other way round. */
export function invert(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 0xff));
}

function into(element: unknown, rest: readonly string[]): Branch {
  if (rest.length === 0) return { value: element, rest, done: true };
  return isDocument(element) ? { value: element, rest, done: false } : { value: undefined, rest, done: true };
}

/** Follows documents down to a value, to a gap or to the first array. */
function descend(branch: Branch): Branch {
  if (branch.done) return branch;
  let value = branch.value;
  for (let depth = 0; ; depth++) {
    const part = branch.rest[depth];
    if (Array.isArray(value) && (part === undefined || !isPosition(part)))
      return { value, rest: branch.rest.slice(depth), done: false };
    if (part === undefined || value === undefined) return { value, rest: [], done: true };
    value = child(value, part);
  }
}
