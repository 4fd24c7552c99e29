import { Int32, serialize } from 'bson';
import { refuse, unsupported } from './errors.ts';
import { compileFilter } from './filter.ts';
import { sortKey } from './index-entries.ts';
import { compareValues, encode, rankOf } from './key.ts';
import { compileProjection } from './projection.ts';
import { map, parseSort, search, tally, type Query, type Reader } from './read.ts';
import { documentIn, documentsIn, integer, namespaceOf, type Reply, type Request } from './request.ts';
import type { Store } from './store.ts';
import { addNumbers } from './update.ts';
import { child, isDocument, type Document } from './value.ts';

type Stage = (documents: Iterable<Document>) => Iterable<Document>;

/** Runs a pipeline. What it begins with, in the order of a find, is done by an index where there is one. */
export function aggregate(store: Store, reader: Reader, request: Request): Reply {
  const namespace = namespaceOf(request);
  const stages = documentsIn(request.body['pipeline'], 'pipeline').map(single);
  const { query, rest } = leading(stages);
  const run = rest.map(([name, argument]) => compileStage(name, argument));
  const found = search(store, store.catalog.collection(namespace), query);
  const documents =
    run.length === 0
      ? map(found, ({ bytes }) => bytes)
      : map(
          run.reduce<Iterable<Document>>(
            (input, stage) => stage(input),
            map(found, ({ document }) => document),
          ),
          (document) => serialize(document),
        );
  const { batchSize } = documentIn(request.body['cursor'], 'cursor');
  return reader.open(namespace, documents, integer(batchSize, 'batchSize', 101));
}

type NamedStage = readonly [name: string, argument: unknown];

function single(stage: Document): NamedStage {
  const [only, ...more] = Object.entries(stage);
  return only && more.length === 0 ? only : refuse(40323, 'A pipeline stage must contain exactly one field.');
}

function leading(stages: readonly NamedStage[]): { query: Query; rest: readonly NamedStage[] } {
  const rest = [...stages];
  const take = (wanted: string) => (rest[0]?.[0] === wanted ? rest.shift()?.[1] : undefined);
  const filter = documentIn(take('$match'), '$match');
  const sort = parseSort(take('$sort'));
  const skip = amount(take('$skip') ?? 0, '$skip', 0);
  const limited = take('$limit');
  return { query: { filter, sort, skip, limit: limited === undefined ? 0 : amount(limited, '$limit', 1) }, rest };
}

function compileStage(name: string, argument: unknown): Stage {
  switch (name) {
    case '$match': {
      const matches = compileFilter(argument);
      return (documents) => Iterator.from(documents).filter(matches);
    }
    case '$sort': {
      const sort = parseSort(argument);
      return (documents) => {
        const keyed = [...map(documents, (document) => ({ document, key: sortKey(document, sort) }))];
        return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ document }) => document);
      };
    }
    case '$skip': {
      const count = amount(argument, name, 0);
      return (documents) => Iterator.from(documents).drop(count);
    }
    case '$limit': {
      const count = amount(argument, name, 1);
      return (documents) => Iterator.from(documents).take(count);
    }
    case '$project': {
      const project = compileProjection(argument) ?? refuse(51272, '$project needs at least one field');
      return (documents) => map(documents, project);
    }
    case '$count': {
      if (typeof argument !== 'string' || argument === '' || /[.$]/.test(argument))
        return refuse(40156, '$count needs the name of a field');
      return (documents) => {
        const count = tally(documents);
        return count === 0 ? [] : [{ [argument]: new Int32(count) }];
      };
    }
    case '$group':
      return compileGroup(documentIn(argument, '$group'));
    default:
      return refuse(40324, `Unrecognized pipeline stage name: '${name}'. The embedded store does not have it.`);
  }
}

function compileGroup({ _id, ...fields }: Document): Stage {
  if (_id === undefined) return refuse(15955, 'a group specification must include an _id');
  const idOf = compileExpression(_id);
  const accumulators = Object.entries(fields).map(([name, definition]): [string, Accumulator] => {
    const [operator, argument] = single(documentIn(definition, name));
    const add =
      totals[operator] ?? refuse(15952, `unknown group operator '${operator}'. The embedded store does not have it.`);
    const valueOf = compileExpression(argument);
    return [name, (total, document) => add(total, valueOf(document))];
  });
  return (documents) => {
    const groups = new Map<string, Document>();
    for (const document of documents) {
      const id = idOf(document) ?? null;
      const key = encode(id).toString('latin1');
      const group = groups.get(key) ?? { _id: id };
      groups.set(key, group);
      for (const [name, accumulate] of accumulators) group[name] = accumulate(group[name], document);
    }
    return groups.values();
  };
}

type Accumulator = (total: unknown, document: Document) => unknown;

/** `total` is undefined for the first document of a group. */
const totals: Readonly<Record<string, ((total: unknown, value: unknown) => unknown) | undefined>> = {
  $sum: (total = new Int32(0), value) =>
    value !== undefined && rankOf(value) === 10 ? addNumbers(total, value) : total,
  $min: (total, value) => extreme(total, value, -1),
  $max: (total, value) => extreme(total, value, 1),
  $first: (total, value) => (total === undefined ? (value ?? null) : total),
};

/** Null and missing values do not count; the result is null when there is nothing else. */
function extreme(total: unknown, value: unknown, sign: 1 | -1): unknown {
  if (value === undefined || value === null) return total ?? null;
  return total === undefined || total === null || compareValues(value, total) * sign > 0 ? value : total;
}

/** `'$field'` or a constant; anything else is computation. */
function compileExpression(expression: unknown): (document: Document) => unknown {
  if (typeof expression === 'string' && expression.startsWith('$$')) return unsupported(`The variable ${expression}`);
  if (typeof expression === 'string' && expression.startsWith('$')) {
    const path = expression.slice(1).split('.');
    return (document) => path.reduce(across, document);
  }
  if (isDocument(expression) || Array.isArray(expression)) return unsupported('A computed expression');
  return () => expression;
}

/** Below an array, the values of its documents. */
function across(value: unknown, part: string): unknown {
  if (!Array.isArray(value)) return child(value, part);
  return value.map((element) => across(element, part)).filter((element) => element !== undefined);
}

function amount(value: unknown, name: string, least: number): number {
  const count = integer(value, name, -1);
  return count >= least ? count : refuse(15958, `${name} must be at least ${least}`);
}
