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
      if (name !== '$and' && name !== '$or' && name !== '$nor')
        return refuse(2, `unknown top level operator: ${name}. The embedded store has $and, $or and $nor.`);
      const filters = list(name, condition).map(compileFilter);
      if (filters.length === 0) refuse(2, `${name} must be a nonempty array`);
      if (name === '$and') return all(filters);
      const some: Filter = (document) => filters.some((test) => test(document));
      return name === '$or' ? some : (document) => !some(document);
    }),
  );
}

/** What a value of an array must be like to be pulled. */
export function compileElement(condition: unknown): Test {
  if (!hasOperators(condition) && isDocument(condition)) {
    const filter = compileFilter(condition);
    return (element) => isDocument(element) && filter(element);
  }
  const filter = field(['element'], condition, false);
  return (element) => filter({ element });
}

/** The expression of a filter. MongoDB's `x` has no counterpart here; `u` is what JavaScript makes of it. */
export function toRegExp(pattern: unknown, options?: unknown): RegExp {
  const source = pattern instanceof BSONRegExp ? pattern.pattern : pattern;
  const flags = options ?? (pattern instanceof BSONRegExp ? pattern.options : '');
  if (typeof source !== 'string' || typeof flags !== 'string') return refuse(2, '$regex and $options must be strings');
  if (/[^imsu]/.test(flags)) refuse(51108, `unsupported regular expression option: ${flags}`);
  try {
    return new RegExp(source, flags);
  } catch (error) {
    return refuse(51091, `Regular expression is invalid: ${String(error)}`);
  }
}

function all(tests: readonly Filter[]): Filter {
  return (document) => tests.every((test) => test(document));
}

/** `open`: whether an array that is met at the end of the path also stands for its elements. */
function field(path: readonly string[], condition: unknown, open: boolean): Filter {
  const at =
    (test: Test, expand = open): Filter =>
    (document) =>
      walk(document, path, 0, test, expand);
  const not =
    (filter: Filter): Filter =>
    (document) =>
      !filter(document);
  if (!hasOperators(condition)) return at(literal(condition));
  return all(
    Object.entries(condition).map(([operator, operand]): Filter => {
      switch (operator) {
        case '$eq':
          return at(equals(operand));
        case '$ne':
          return not(at(equals(operand)));
        case '$gt':
        case '$gte':
        case '$lt':
        case '$lte':
          return at(ordered(operator, operand));
        case '$in':
        case '$nin': {
          const tests = list(operator, operand).map(literal);
          const some = at((value) => tests.some((test) => test(value)));
          return operator === '$in' ? some : not(some);
        }
        case '$exists': {
          const present = at((value) => value !== undefined, false);
          return operand === false || operand === null || toNumber(operand) === 0 ? not(present) : present;
        }
        case '$regex': {
          const expression = toRegExp(operand, condition['$options']);
          return at((value) => typeof value === 'string' && expression.test(value));
        }
        case '$options':
          return '$regex' in condition ? () => true : refuse(2, '$options needs a $regex');
        case '$not':
          if (!hasOperators(operand) && !(operand instanceof BSONRegExp))
            refuse(2, '$not needs a regex or a document of operators');
          return not(field(path, operand, open));
        case '$size': {
          const size = toNumber(operand);
          return at((value) => Array.isArray(value) && value.length === size, false);
        }
        case '$elemMatch': {
          const test = elementMatch(operand);
          return at((value) => Array.isArray(value) && value.some(test), false);
        }
        default:
          return refuse(2, `unknown operator: ${operator}. The embedded store does not have it.`);
      }
    }),
  );
}

function elementMatch(operand: unknown): Test {
  if (!isDocument(operand)) return refuse(2, '$elemMatch needs an Object');
  if (hasOperators(operand) && !['$and', '$or', '$nor'].includes(Object.keys(operand)[0] ?? ''))
    return compileElement(operand);
  const filter = compileFilter(operand);
  return (element) => isDocument(element) && filter(element);
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
  const same = equals(operand);
  if (!(operand instanceof BSONRegExp)) return same;
  const expression = toRegExp(operand);
  return (value) => (typeof value === 'string' ? expression.test(value) : same(value));
}

function equals(operand: unknown): Test {
  if (typeof operand === 'string' || typeof operand === 'boolean') return (value) => value === operand;
  if (operand === null || operand === undefined) return (value) => value === null || value === undefined;
  const rank = rankOf(operand);
  const bytes = encode(operand);
  return (value) => value !== undefined && value !== null && rankOf(value) === rank && bytes.equals(encode(value));
}

function ordered(operator: '$gt' | '$gte' | '$lt' | '$lte', operand: unknown): Test {
  if (operand instanceof BSONRegExp) return refuse(2, `${operator} cannot take a regular expression`);
  const rank = rankOf(operand);
  const sign = operator.startsWith('$g') ? 1 : -1;
  const orEqual = operator.endsWith('e');
  return (value) => {
    if (rankOf(value) !== rank) return false;
    if (notANumber(operand) || notANumber(value)) return orEqual && notANumber(operand) && notANumber(value);
    const order = compareValues(value, operand) * sign;
    return order > 0 || (orEqual && order === 0);
  };
}

function notANumber(value: unknown): boolean {
  return value instanceof Double && Number.isNaN(value.value);
}

function list(operator: string, operand: unknown): readonly unknown[] {
  return Array.isArray(operand) ? operand : refuse(2, `${operator} needs an array`);
}
