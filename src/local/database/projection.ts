import { refuse, unsupported } from './errors.ts';
import { documentIn, isDocument, toNumber, type Document } from './value.ts';

/** The fields that a projection names; `undefined` where the whole field is meant. */
type Tree = Map<string, Tree | undefined>;

/**
 * A projection that keeps or leaves out whole fields; `undefined` when it keeps everything.
 * Throws for computed fields, slices and positional operators.
 */
export function compileProjection(asked: unknown): ((document: Document) => Document) | undefined {
  const { _id: id, ...fields } = documentIn(asked, 'projection');
  const names = Object.keys(fields);
  const first = names[0];
  if (first === undefined && id === undefined) return undefined;
  const including = first === undefined ? keeps('_id', id) : keeps(first, fields[first]);
  const tree: Tree = new Map();
  for (const name of names) {
    if (keeps(name, fields[name]) !== including) refuse(31254, `Cannot mix inclusion and exclusion: ${name}`);
    insert(tree, name);
  }
  // `_id` is kept unless it is left out by name, in both kinds of projection.
  if ((id === undefined || keeps('_id', id)) === including) tree.set('_id', undefined);
  return (document) => project(document, tree, including);
}

function keeps(name: string, wish: unknown): boolean {
  const number = typeof wish === 'boolean' ? Number(wish) : toNumber(wish);
  if (name.includes('$') || Number.isNaN(number)) unsupported(`The positional or computed projection of '${name}'`);
  return number !== 0;
}

function insert(tree: Tree, name: string): void {
  const path = name.split('.');
  let node = tree;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (node.has(part) && (last || node.get(part) === undefined)) refuse(31250, `Path collision at ${name}`);
    const next: Tree = node.get(part) ?? new Map();
    node.set(part, last ? undefined : next);
    node = next;
  }
}

function project(document: Document, tree: Tree, including: boolean): Document {
  const entries = Object.entries(document).flatMap(([name, value]): [string, unknown][] => {
    const below = tree.get(name);
    if (below === undefined) return tree.has(name) === including ? [[name, value]] : [];
    const kept = within(value, below, including);
    return kept === undefined ? [] : [[name, kept]];
  });
  return Object.fromEntries(entries);
}

/** Goes on into documents and arrays; a scalar where fields are asked for is kept by an exclusion only. */
function within(value: unknown, tree: Tree, including: boolean): unknown {
  if (isDocument(value)) return project(value, tree, including);
  if (!Array.isArray(value)) return including ? undefined : value;
  return value.map((one) => within(one, tree, including)).filter((one) => one !== undefined);
}
