import { BSONRegExp, Double, Int32, Long, ObjectId } from 'bson';
import { refuse, unsupported } from './errors.ts';
import { compileElement } from './filter.ts';
import { compareValues, numberRank, rankOf, sameValue } from './key.ts';
import { makePlace, parsePath, placeAt } from './place.ts';
import { documentIn, hasOperators, isDocument, isPosition, toNumber, type Document } from './value.ts';

/** Gives the new form of a document, which it may take apart. `inserting`: the document comes from an upsert. */
export type Change = (document: Document, inserting: boolean) => Document;

/** Checks an update as a whole before any document is looked at: operators, or a replacement. */
export function compileUpdate(update: unknown): Change {
  if (Array.isArray(update)) return unsupported('An update by a pipeline');
  if (!hasOperators(update)) return replacement(documentIn(update, 'u'));
  const jobs = Object.entries(update).flatMap(([operator, fields]) => {
    const compile = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (!compile || !isDocument(fields))
      return refuse(9, `Unknown modifier, or no fields for it: ${operator}. Nothing was changed.`);
    return Object.entries(fields).map(([name, argument]) => {
      const path = parsePath(name);
      return { operator, path, apply: compile(path, argument) };
    });
  });
  jobs.sort((a, b) => comparePaths(a.path, b.path));
  refuseConflicts(jobs.map(({ path }) => path));
  return (document, inserting) => {
    const { _id: id } = document;
    for (const { operator, apply } of jobs) if (inserting || operator !== '$setOnInsert') apply(document);
    if (id !== undefined) refuseOtherId(id, document['_id']);
    return document;
  };
}

/** The document that an upsert starts from: what the filter fixes by equality. */
export function upsertBase(filter: Document, base: Document = {}): Document {
  for (const [name, condition] of Object.entries(filter)) {
    const values = hasOperators(condition) ? (condition['$in'] ?? [condition['$eq']]) : [condition];
    if (name === '$and' && Array.isArray(condition))
      for (const part of condition) upsertBase(documentIn(part, '$and'), base);
    if (name.startsWith('$') || !Array.isArray(values) || values.length !== 1) continue;
    const [value] = values;
    if (value === undefined || value instanceof BSONRegExp) continue;
    const place = makePlace(base, parsePath(name));
    if (place.value !== undefined) refuse(54, `cannot infer query fields to set, path '${name}' is matched twice`);
    place.set(value);
  }
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
  if (a instanceof Double || b instanceof Double) return new Double(toNumber(a) + toNumber(b));
  const sum = exact(a) + exact(b);
  if (sum === BigInt.asIntN(32, sum) && !(a instanceof Long) && !(b instanceof Long)) return new Int32(Number(sum));
  return sum === BigInt.asIntN(64, sum) ? Long.fromBigInt(sum) : refuse(2, 'The sum does not fit in 64 bits.');
}

function exact(value: unknown): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(toNumber(value));
}

type Operator = (path: readonly string[], argument: unknown) => (document: Document) => void;

/** The operators, each checked and prepared once (mongodb.com/docs/manual/reference/operator/update). */
const operators: Readonly<Record<string, Operator | undefined>> = {
  $set: (path, value) => (document) => makePlace(document, path).set(value),
  $setOnInsert: (path, value) => (document) => makePlace(document, path).set(value),
  $unset: (path) => (document) => placeAt(document, path)?.remove(),
  $inc: (path, amount) => {
    const name = path.join('.');
    if (rankOf(amount) !== numberRank) refuse(14, `Cannot increment with non-numeric argument: ${name}`);
    return (document) => {
      const { value, set } = makePlace(document, path);
      if (value === undefined) set(amount);
      else if (rankOf(value) === numberRank) set(addNumbers(value, amount));
      else refuse(14, `Cannot apply $inc to a value of non-numeric type: ${name}`);
    };
  },
  $min: (path, limit) => (document) => {
    const { value, set } = makePlace(document, path);
    if (value === undefined || compareValues(limit, value) < 0) set(limit);
  },
  $max: (path, limit) => (document) => {
    const { value, set } = makePlace(document, path);
    if (value === undefined || compareValues(limit, value) > 0) set(limit);
  },
  $push: (path, argument) => {
    const elements = eachOf(argument);
    return (document) => changeList(document, path, (list) => [...list, ...elements]);
  },
  $addToSet: (path, argument) => {
    const add = (list: readonly unknown[], one: unknown) =>
      list.some((own) => sameValue(own, one)) ? list : [...list, one];
    const elements = eachOf(argument);
    return (document) => changeList(document, path, (list) => elements.reduce(add, list));
  },
  $pull: (path, condition) => {
    const matches = compileElement(condition);
    return (document) => {
      if (placeAt(document, path)?.value !== undefined)
        changeList(document, path, (list) => list.filter((element) => !matches(element)));
    };
  },
};

function eachOf(argument: unknown): readonly unknown[] {
  if (!isDocument(argument) || !('$each' in argument)) return [argument];
  const { $each: elements, ...more } = argument;
  for (const clause of Object.keys(more)) unsupported(`${clause} beside $each`);
  return Array.isArray(elements) ? elements : refuse(2, 'The argument to $each must be an array');
}

function changeList(document: Document, path: readonly string[], change: (list: readonly unknown[]) => unknown): void {
  const { value = [], set } = makePlace(document, path);
  set(Array.isArray(value) ? change(value) : refuse(2, `The field '${path.join('.')}' must be an array`));
}

function replacement(update: Document): Change {
  for (const name of Object.keys(update))
    if (name.startsWith('$')) refuse(52, `The dollar ($) prefixed field '${name}' is not allowed in a replacement`);
  const { _id: wanted, ...rest } = update;
  return ({ _id: own }) => {
    if (own !== undefined && wanted !== undefined) refuseOtherId(own, wanted);
    const id = own ?? wanted;
    return id === undefined ? rest : { _id: id, ...rest };
  };
}

function refuseOtherId(before: unknown, after: unknown): void {
  if (after === undefined || !sameValue(before, after))
    refuse(66, `Performing an update on the path '_id' would modify the immutable field '_id'`);
}

/** Two paths of one update may not be the same, nor one lie within the other. */
function refuseConflicts(paths: readonly (readonly string[])[]): void {
  for (const [index, path] of paths.entries())
    for (const other of paths.slice(0, index))
      if (path.every((part, at) => at >= other.length || part === other[at]))
        refuse(40, `Updating the path '${path.join('.')}' would create a conflict at '${other.join('.')}'`);
}

/** MongoDB applies an update in the order of its paths, so new fields appear in that order. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  const [part, other] = [a[index], b[index]];
  if (part === undefined || other === undefined) return 0;
  return isPosition(part) && isPosition(other) ? Number(part) - Number(other) : part < other ? -1 : 1;
}
