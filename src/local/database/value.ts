import { deserialize, Double, Int32, Long } from 'bson';
import { refuse } from './errors.ts';

/** A BSON document. Numbers in it keep their BSON type, so that what was not changed is written back as it was. */
export type Document = Record<string, unknown>;

/** Reads a document, also a hostile one: a field named `constructor` or `__proto__` is a field like any other. */
export function readDocument(bytes: Uint8Array): Document {
  return deserialize(bytes, { promoteValues: false, bsonRegExp: true });
}

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether it is a document of operators, like `{ $gt: 1 }`, and not a value to compare with. */
export function hasOperators(value: unknown): value is Document {
  return isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
}

/** The number, NaN when it is none. A 64-bit integer loses what a double cannot hold. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  return value instanceof Long ? value.toNumber() : Number.NaN;
}

export function isPosition(part: string): boolean {
  return /^\d+$/.test(part);
}

/** One step down: a field of a document, or an element of an array when the step is a position. */
export function child(value: unknown, part: string): unknown {
  if (Array.isArray(value)) return isPosition(part) ? value[Number(part)] : undefined;
  return isDocument(value) && Object.hasOwn(value, part) ? value[part] : undefined;
}

/** An integer option; `fallback` when it was not given. */
export function integerIn(value: unknown, name: string, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const number = toNumber(value);
  return Number.isSafeInteger(number) ? number : refuse(14, `'${name}' must be an integer`);
}

export function documentIn(value: unknown, name: string): Document {
  return value === undefined ? {} : isDocument(value) ? value : refuse(14, `'${name}' must be a document`);
}

export function documentsIn(value: unknown, name: string): readonly Document[] {
  return Array.isArray(value) ? value.map((one) => documentIn(one, name)) : refuse(14, `'${name}' must be an array`);
}
