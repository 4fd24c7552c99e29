import { BSONRegExp, Double } from 'bson';
import { refuse } from './errors.ts';
import { compareValues, encode, rankOf } from './key.ts';
import { child, hasOperators, isDocument, isPosition, toNumber, type Document } from './value.ts';

type Test = (value: unknown) => boolean;
export type Filter = (document: Document) => boolean;

/**
 * Turns a filter into a predicate, with MongoDB's rules for arrays, null and types
 * (mongodb.com/docs/manual/reference/operator/query). Throws for what it does not know.
 */
export function compileFilter(filter: unknown): Filter {
  if (!isDocument(filter)) return refuse(14, 'a filter must be a document');
  return all(
    Object.entries(filter).map(([name, condition]): Filter => {
      if (!name.startsWith('$')) return field(name.split('.'), condition, true);
      if (!['$and', '$or', '$nor'].includes(name)) refuse(2, `unknown top level operator: ${name}`);
      const filters = list(name, condition).map(compileFilter);
      if (filters.length === 0) refuse(2, `${name} must be a nonempty array`);
      if (name === '$and') return all(filters);
      const some: Filter = (document) => filters.some((test) => test(document));
      return name === '$or' ? some : (document) => !some(document);
    }),
  );
}

/** What an element of an array must be like to be pulled, or to satisfy an $elemMatch of operators. */
export function compileElement(condition: unknown): Test {
  if (isDocument(condition) && (!hasOperators(condition) || /^\$(and|or|nor)$/.test(Object.keys(condition)[0] ?? ''))) {
    const filter = compileFilter(condition);
    return (element) => isDocument(element) && filter(element);
  }
  const filter = field(['element'], condition, false);
  return (element) => filter({ element });
}

function all(tests: readonly Filter[]): Filter {
  return (document) => tests.every((test) => test(document));
}

/** `open`: whether an array that is met at the end of the path also stands for its elements. */
function field(path: readonly string[], condition: unknown, open: boolean): Filter {
  const at =
    (test: Test, expand = open) =>
    (document: Document) =>
      walk(document, path, 0, test, expand);
  if (!hasOperators(condition)) return at(literal(condition));
  const operators: Readonly<Record<string, (operand: unknown) => Filter>> = {
    $eq: (operand) => at(equals(operand)),
    $gt: (operand) => at(ordered(operand, (order) => order > 0)),
    $gte: (operand) => at(ordered(operand, (order) => order >= 0)),
    $lt: (operand) => at(ordered(operand, (order) => order < 0)),
    $lte: (operand) => at(ordered(operand, (order) => order <= 0)),
    $in: (operand) => {
      const tests = list('$in', operand).map(literal);
      return at((value) => tests.some((test) => test(value)));
    },
    $exists: (operand) =>
      at((value) => (value !== undefined) === (operand !== false && toNumber(operand) !== 0), false),
    $regex: (operand) => at(matching(operand, condition['$options'])),
    $options: () => ('$regex' in condition ? () => true : refuse(2, '$options needs a $regex')),
    $size: (operand) => at((value) => Array.isArray(value) && value.length === toNumber(operand), false),
    $elemMatch: (operand) => {
      const test = isDocument(operand) ? compileElement(operand) : refuse(2, '$elemMatch needs an Object');
      return at((value) => Array.isArray(value) && value.some((element) => test(element)), false);
    },
    $ne: (operand) => not(at(equals(operand))),
    $nin: (operand) => not(field(path, { $in: operand }, open)),
    $not: (operand) =>
      hasOperators(operand) || operand instanceof BSONRegExp
        ? not(field(path, operand, open))
        : refuse(2, '$not needs a regex or a document of operators'),
  };
  return all(
    Object.entries(condition).map(([operator, operand]) => {
      const compile = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
      return compile ? compile(operand) : refuse(2, `unknown operator: ${operator}. The embedded store has it not.`);
    }),
  );
}

function not(filter: Filter): Filter {
  return (document) => !filter(document);
}

function walk(value: unknown, path: readonly string[], depth: number, test: Test, expand: boolean): boolean {
  const part = path[depth];
  if (part === undefined) return test(value) || (expand && Array.isArray(value) && value.some((one) => test(one)));
  if (!Array.isArray(value)) {
    const below = child(value, part);
    return below === undefined ? test(undefined) : walk(below, path, depth + 1, test, expand);
  }
  // A number in the path means a position first; an array found at a position is not expanded again.
  const explicit = isPosition(part) && Number(part) < value.length;
  if (explicit && walk(value[Number(part)], path, depth + 1, test, expand && depth + 1 < path.length)) return true;
  if (value.length === 0) return test(undefined);
  return value.some((one) => (isDocument(one) ? walk(one, path, depth, test, expand) : !explicit && test(undefined)));
}

function literal(operand: unknown): Test {
  if (hasOperators(operand)) return refuse(2, `cannot nest ${Object.keys(operand)[0]} under $in or $nin`);
  return operand instanceof BSONRegExp ? matching(operand, undefined) : equals(operand);
}

/** MongoDB's regular expressions are PCRE's, these JavaScript's: the same but for corners. `x` exists only there. */
function matching(pattern: unknown, options: unknown): Test {
  const source = pattern instanceof BSONRegExp ? pattern.pattern : pattern;
  const flags = options ?? (pattern instanceof BSONRegExp ? pattern.options : '');
  if (typeof source !== 'string' || typeof flags !== 'string') return refuse(2, '$regex and $options must be strings');
  if (/[^imsu]/.test(flags)) refuse(51108, `unsupported regular expression option: ${flags}`);
  try {
    const expression = new RegExp(source, flags);
    return (value) => typeof value === 'string' && expression.test(value);
  } catch (error) {
    return refuse(51091, `Regular expression is invalid: ${String(error)}`);
  }
}

function equals(operand: unknown): Test {
  if (typeof operand === 'string' || typeof operand === 'boolean') return (value) => value === operand;
  const rank = rankOf(operand);
  const bytes = encode(operand);
  return (value) => rankOf(value) === rank && bytes.equals(encode(value));
}

function ordered(operand: unknown, fits: (order: number) => boolean): Test {
  const rank = rankOf(operand);
  return (value) => {
    if (rankOf(value) !== rank) return false;
    // Not a number is equal to itself, and neither more nor less than a number.
    if (notANumber(operand) !== notANumber(value)) return false;
    return fits(compareValues(value, operand));
  };
}

function notANumber(value: unknown): boolean {
  return value instanceof Double && Number.isNaN(value.value);
}

function list(operator: string, operand: unknown): readonly unknown[] {
  return Array.isArray(operand) ? operand : refuse(2, `${operator} needs an array`);
}
