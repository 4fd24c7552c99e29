import { Decimal128, Double, Int32, Long } from 'bson';
import { refuse, unsupported } from './errors.ts';
import { isDocument, toNumber, type Document } from './value.ts';

type Tree = Map<string, Tree | undefined>;

/**
 * A projection that keeps or leaves out whole fields; `undefined` when it keeps everything.
 * Throws for computed fields, slices and positional operators.
 */
export function compileProjection(specification: unknown): ((document: Document) => Document) | undefined {
  if (specification === undefined || specification === null) return undefined;
  if (!isDocument(specification)) return refuse(14, 'a projection must be a document');
  const names = Object.keys(specification);
  if (names.length === 0) return undefined;
  const asked = new Map(names.map((name) => [name, keeps(name, specification[name])]));
  const fields = names.filter((name) => name !== '_id');
  const including = fields.length > 0 ? asked.get(fields[0] ?? '') === true : asked.get('_id') === true;
  const tree: Tree = new Map();
  for (const name of fields) {
    if (asked.get(name) !== including) refuse(31254, `Cannot mix inclusion and exclusion: ${name}`);
    insert(tree, name);
  }
  // `_id` is kept unless it is left out by name, in both kinds of projection.
  if ((asked.get('_id') ?? true) === including) tree.set('_id', undefined);
  return (document) => (including ? pick(document, tree) : omit(document, tree));
}

function keeps(name: string, wish: unknown): boolean {
  if (name.includes('$')) unsupported(`The positional projection '${name}'`);
  if (typeof wish === 'boolean') return wish;
  if (wish instanceof Int32 || wish instanceof Double || wish instanceof Long) return toNumber(wish) !== 0;
  if (wish instanceof Decimal128) return Number(wish.toString()) !== 0;
  return unsupported(`The computed projection of '${name}'`);
}

function insert(tree: Tree, name: string): void {
  const path = name.split('.');
  const last = path.pop() ?? '';
  let node = tree;
  for (const part of path) {
    if (node.has(part) && node.get(part) === undefined) refuse(31249, `Path collision at ${name}`);
    const next: Tree = node.get(part) ?? new Map();
    node.set(part, next);
    node = next;
  }
  if (node.has(last)) refuse(31250, `Path collision at ${name}`);
  node.set(last, undefined);
}

function pick(document: Document, tree: Tree): Document {
  const kept = Object.entries(document).filter(([name]) => tree.has(name));
  const picked = kept.map(([name, value]): [string, unknown] => [name, within(value, tree.get(name), pick, undefined)]);
  return Object.fromEntries(picked.filter(([, value]) => value !== undefined));
}

function omit(document: Document, tree: Tree): Document {
  const kept = Object.entries(document).filter(([name]) => !tree.has(name) || tree.get(name) !== undefined);
  return Object.fromEntries(kept.map(([name, value]) => [name, within(value, tree.get(name), omit, value)]));
}

/** Goes on into documents and arrays; a scalar where fields are asked for is kept by an exclusion only. */
function within(value: unknown, tree: Tree | undefined, project: typeof pick, scalar: unknown): unknown {
  if (tree === undefined) return value;
  if (isDocument(value)) return project(value, tree);
  if (!Array.isArray(value)) return scalar;
  return value
    .map((element) => within(element, tree, project, scalar === undefined ? undefined : element))
    .filter((element) => element !== undefined);
}
