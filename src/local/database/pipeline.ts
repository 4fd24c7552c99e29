import { Int32, serialize } from 'bson';
import type { Cursors } from './cursors.ts';
import { refuse, unsupported } from './errors.ts';
import { compileFilter } from './filter.ts';
import { sortKey } from './index-entries.ts';
import { compareValues, encode, numberRank, rankOf } from './key.ts';
import { compileProjection } from './projection.ts';
import { map, parseSort, search, type Query } from './read.ts';
import { namespaceOf, type Batch, type Request } from './request.ts';
import type { Store } from './store.ts';
import { addNumbers } from './update.ts';
import { child, documentIn, documentsIn, integerIn, isDocument, type Document } from './value.ts';

type Stage = (documents: IteratorObject<Document>) => IteratorObject<Document>;

/** Runs a pipeline. What it begins with, in the order of a find, is done by an index where there is one. */
export function aggregate(store: Store, cursors: Cursors, request: Request): Batch {
  const { pipeline, cursor } = request.body;
  const namespace = namespaceOf(request);
  const { query, rest } = leading(documentsIn(pipeline, 'pipeline').map(single));
  const stages = rest.map(([name, argument]) => compileStage(name, argument));
  const found = search(store, store.catalog.find(namespace), query);
  const run = () =>
    stages.reduce(
      (input, stage) => stage(input),
      map(found, ({ document }) => document),
    );
  const documents = stages.length === 0 ? map(found, ({ bytes }) => bytes) : map(run(), (one) => serialize(one));
  return cursors.open(namespace, documents, integerIn(documentIn(cursor, 'cursor')['batchSize'], 'batchSize', 101));
}

type Named = readonly [name: string, argument: unknown];

function single(stage: Document): Named {
  const [only, ...more] = Object.entries(stage);
  return only && more.length === 0 ? only : refuse(40323, 'A stage or an accumulator must contain exactly one field.');
}

function leading(stages: readonly Named[]): { query: Query; rest: readonly Named[] } {
  const rest = [...stages];
  const take = (wanted: string) => (rest[0]?.[0] === wanted ? rest.shift()?.[1] : undefined);
  const filter = documentIn(take('$match'), '$match');
  const sort = parseSort(take('$sort'));
  return { query: { filter, sort, skip: amount(take('$skip'), 0), limit: amount(take('$limit'), 1, 0) }, rest };
}

function compileStage(name: string, argument: unknown): Stage {
  switch (name) {
    case '$match': {
      const matches = compileFilter(argument);
      return (documents) => documents.filter((document) => matches(document));
    }
    case '$sort': {
      const sort = parseSort(argument);
      return (documents) => {
        const keyed = documents.map((document) => ({ document, key: sortKey(document, sort) })).toArray();
        return map(
          keyed.sort((a, b) => Buffer.compare(a.key, b.key)),
          ({ document }) => document,
        );
      };
    }
    case '$skip': {
      const skipped = amount(argument, 0);
      return (documents) => documents.drop(skipped);
    }
    case '$limit': {
      const limit = amount(argument, 1);
      return (documents) => documents.take(limit);
    }
    case '$project': {
      const project = compileProjection(argument) ?? refuse(51272, '$project needs at least one field');
      return (documents) => documents.map((document) => project(document));
    }
    case '$count': {
      if (typeof argument !== 'string' || !/^[^.$]+$/.test(argument)) return refuse(40156, '$count needs a field name');
      const group = compileGroup({ _id: null, [argument]: { $sum: new Int32(1) } });
      return (documents) => group(documents).map(({ [argument]: total }) => ({ [argument]: total }));
    }
    case '$group':
      return compileGroup(documentIn(argument, '$group'));
    default:
      return refuse(40324, `Unrecognized pipeline stage name: '${name}'. The embedded store has it not.`);
  }
}

function compileGroup({ _id, ...fields }: Document): Stage {
  const idOf = _id === undefined ? refuse(15955, 'a group specification must include an _id') : compileExpression(_id);
  const accumulators = Object.entries(fields).map(([name, definition]) => {
    const [operator, argument] = single(documentIn(definition, name));
    const add = Object.hasOwn(totals, operator) ? totals[operator] : undefined;
    const valueOf = compileExpression(argument);
    return { name, valueOf, add: add ?? refuse(15952, `unknown group operator '${operator}'`) };
  });
  return (documents) => {
    const groups = new Map<string, Document>();
    for (const document of documents) {
      const id = idOf(document) ?? null;
      const key = encode(id).toString('latin1');
      const group = groups.get(key) ?? { _id: id };
      groups.set(key, group);
      for (const { name, add, valueOf } of accumulators) group[name] = add(group[name], valueOf(document));
    }
    return groups.values();
  };
}

/** `total` is undefined for the first document of a group. */
const totals: Readonly<Record<string, (total: unknown, value: unknown) => unknown>> = {
  $sum: (total = new Int32(0), value) => (rankOf(value) === numberRank ? addNumbers(total, value) : total),
  $min: (total, value) =>
    isNothing(value) ? (total ?? null) : isNothing(total) || compareValues(value, total) < 0 ? value : total,
  $max: (total, value) =>
    isNothing(value) ? (total ?? null) : isNothing(total) || compareValues(value, total) > 0 ? value : total,
  $first: (total, value = null) => (total === undefined ? value : total),
};

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** `'$field'` or a constant; anything else is computation. */
function compileExpression(expression: unknown): (document: Document) => unknown {
  if (isDocument(expression) || Array.isArray(expression) || String(expression).startsWith('$$'))
    return unsupported('A computed expression');
  if (typeof expression !== 'string' || !expression.startsWith('$')) return () => expression;
  const path = expression.slice(1).split('.');
  return (document) => path.reduce(across, document);
}

/** Below an array, the values of its documents. */
function across(value: unknown, part: string): unknown {
  if (!Array.isArray(value)) return child(value, part);
  return value.map((element) => across(element, part)).filter((element) => element !== undefined);
}

function amount(value: unknown, least: number, fallback = least): number {
  const number = integerIn(value, '$skip or $limit', fallback);
  return value === undefined || number >= least ? number : refuse(15958, `$skip or $limit must be at least ${least}`);
}
