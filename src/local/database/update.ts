import { BSONRegExp, Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import { refuse, unsupported } from './errors.ts';
import { compileElement } from './filter.ts';
import { compareValues, rankOf, sameValue } from './key.ts';
import { findPlace, makePlace, parsePath } from './place.ts';
import { hasOperators, isDocument, isPosition, toNumber, type Document } from './value.ts';

/** Gives the new form of a document, which it may take apart. `inserting`: the document comes from an upsert. */
export type Change = (document: Document, inserting: boolean) => Document;

interface Job {
  readonly operator: string;
  readonly path: readonly string[];
  readonly apply: (document: Document) => void;
}

/** Checks an update as a whole before any document is looked at: operators, or a replacement. */
export function compileUpdate(update: unknown): Change {
  if (Array.isArray(update)) return unsupported('An update by a pipeline');
  if (!isDocument(update)) return refuse(9, 'an update must be a document');
  if (!hasOperators(update)) return replacement(update);
  const jobs = Object.entries(update).flatMap(([operator, fields]): Job[] => {
    const compile = operators[operator];
    if (!compile) return refuse(9, `Unknown modifier: ${operator}. The embedded store does not have it.`);
    if (!isDocument(fields)) return refuse(9, `Modifiers operate on fields: ${operator} needs a document`);
    return Object.entries(fields).map(([name, argument]) => {
      const path = parsePath(name);
      return { operator, path, apply: compile(path, argument, operator) };
    });
  });
  refuseConflicts(jobs);
  jobs.sort((a, b) => comparePaths(a.path, b.path));
  return (document, inserting) => {
    const id = document['_id'];
    for (const { operator, apply } of jobs) if (inserting || operator !== '$setOnInsert') apply(document);
    keepId(id, document['_id'], id !== undefined);
    return document;
  };
}

/** The document that an upsert starts from: what the filter fixes by equality. */
export function upsertBase(filter: Document): Document {
  const base: Document = {};
  function add(name: string, value: unknown): void {
    const place = makePlace(base, parsePath(name));
    if (place.value !== undefined) refuse(54, `cannot infer query fields to set, path '${name}' is matched twice`);
    place.set(value);
  }
  function collect(part: Document): void {
    for (const [name, condition] of Object.entries(part)) {
      if (name === '$and' && Array.isArray(condition)) condition.filter(isDocument).forEach(collect);
      if (name.startsWith('$')) continue;
      if (!hasOperators(condition)) {
        if (!(condition instanceof BSONRegExp)) add(name, condition);
      } else if ('$eq' in condition) add(name, condition['$eq']);
      else if (Array.isArray(condition['$in']) && condition['$in'].length === 1) add(name, condition['$in'][0]);
    }
  }
  collect(filter);
  return base;
}

/** `_id` comes first in every stored document; one is made where there is none. */
export function withIdFirst(document: Document): Document {
  if (Object.keys(document)[0] === '_id') return document;
  const { _id = new ObjectId(), ...rest } = document;
  return { _id, ...rest };
}

/** Adds two numbers as MongoDB does: the result has the wider type; a 64-bit overflow is refused. */
export function addNumbers(a: unknown, b: unknown): Int32 | Long | Double {
  if (a instanceof Decimal128 || b instanceof Decimal128) return unsupported('Arithmetic on decimals');
  if (isDouble(a) || isDouble(b)) return new Double(toNumber(a) + toNumber(b));
  const sum = exact(a) + exact(b);
  if (sum === BigInt.asIntN(32, sum) && !(a instanceof Long) && !(b instanceof Long)) return new Int32(Number(sum));
  return sum === BigInt.asIntN(64, sum) ? Long.fromBigInt(sum) : refuse(2, 'the sum does not fit in 64 bits');
}

type Operator = (path: readonly string[], argument: unknown, name: string) => (document: Document) => void;

/** The operators, each checked and prepared once (mongodb.com/docs/manual/reference/operator/update). */
const operators: Readonly<Record<string, Operator | undefined>> = {
  $set: (path, value) => (document) => makePlace(document, path).set(value),
  $setOnInsert: (path, value) => (document) => makePlace(document, path).set(value),
  $unset: (path) => (document) => {
    const place = findPlace(document, path);
    if (place?.value !== undefined) place.remove();
  },
  $inc: (path, amount) => {
    if (!isNumber(amount)) refuse(14, `Cannot increment with non-numeric argument: ${path.join('.')}`);
    return (document) => {
      const place = makePlace(document, path);
      if (place.value !== undefined && !isNumber(place.value))
        refuse(14, `Cannot apply $inc to a value of non-numeric type: ${path.join('.')}`);
      place.set(place.value === undefined ? amount : addNumbers(place.value, amount));
    };
  },
  $min: extreme(-1),
  $max: extreme(1),
  $push: (path, argument, name) => {
    const elements = eachOf(argument, name);
    return (document) => listAt(document, path).push(...elements);
  },
  $addToSet: (path, argument, name) => {
    const elements = eachOf(argument, name);
    return (document) => {
      const values = listAt(document, path);
      for (const element of elements) if (!values.some((value) => sameValue(value, element))) values.push(element);
    };
  },
  $pull: (path, condition) => {
    const matches = compileElement(condition);
    return (document) => {
      const place = findPlace(document, path);
      if (place?.value === undefined) return;
      if (!Array.isArray(place.value)) return refuse(2, `Cannot apply $pull to a non-array value: ${path.join('.')}`);
      place.set(place.value.filter((element) => !matches(element)));
    };
  },
};

function extreme(sign: 1 | -1): Operator {
  return (path, limit) => (document) => {
    const place = makePlace(document, path);
    if (place.value === undefined || compareValues(limit, place.value) * sign > 0) place.set(limit);
  };
}

function replacement(update: Document): Change {
  for (const name of Object.keys(update))
    if (name.startsWith('$')) refuse(52, `The dollar ($) prefixed field '${name}' is not allowed in a replacement`);
  const { _id, ...rest } = update;
  return (document) => {
    keepId(document['_id'], _id, document['_id'] !== undefined && _id !== undefined);
    const id = document['_id'] ?? _id;
    return id === undefined ? rest : { _id: id, ...rest };
  };
}

function keepId(before: unknown, after: unknown, check: boolean): void {
  if (check && (after === undefined || !sameValue(before, after)))
    refuse(66, `Performing an update on the path '_id' would modify the immutable field '_id'`);
}

function eachOf(argument: unknown, name: string): readonly unknown[] {
  if (!isDocument(argument) || !('$each' in argument)) return [argument];
  for (const clause of Object.keys(argument)) if (clause !== '$each') unsupported(`${clause} in ${name}`);
  const elements = argument['$each'];
  return Array.isArray(elements) ? elements : refuse(2, `The argument to $each in ${name} must be an array`);
}

function listAt(document: Document, path: readonly string[]): unknown[] {
  const place = makePlace(document, path);
  if (Array.isArray(place.value)) return place.value;
  if (place.value !== undefined) refuse(2, `The field '${path.join('.')}' must be an array`);
  const made: unknown[] = [];
  place.set(made);
  return made;
}

function isDouble(value: unknown): boolean {
  return value instanceof Double || (typeof value === 'number' && !Number.isInteger(value));
}

function isNumber(value: unknown): boolean {
  return rankOf(value) === 10;
}

function exact(value: unknown): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(toNumber(value));
}

/** Two paths of one update may not be the same, nor one lie within the other. */
function refuseConflicts(jobs: readonly Job[]): void {
  for (const [index, { path }] of jobs.entries())
    for (const { path: other } of jobs.slice(0, index))
      if (path.every((part, at) => at >= other.length || part === other[at]))
        refuse(40, `Updating the path '${path.join('.')}' would create a conflict at '${other.join('.')}'`);
}

/** MongoDB applies an update in the order of its paths, so new fields appear in that order. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined || part === other) continue;
    return isPosition(part) && isPosition(other) ? Number(part) - Number(other) : part < other ? -1 : 1;
  }
  return 0;
}
