import { refuse, unsupported } from './errors.ts';
import { child, isDocument, isPosition, type Document } from './value.ts';

/** Where a path ends in a document: the value that is there, `undefined` when there is none, and how to change it. */
export interface Place {
  readonly value: unknown;
  readonly set: (value: unknown) => void;
  readonly remove: () => void;
}

/** Splits the path of an update. Positional operators are not known here. */
export function parsePath(name: string): readonly string[] {
  const path = name.split('.');
  if (path.includes('')) refuse(56, `The update path '${name}' contains an empty field name`);
  if (path.some((part) => part.startsWith('$'))) unsupported(`The update path '${name}' with a positional operator`);
  if (path.includes('__proto__')) refuse(2, `The update path '${name}' is not allowed`);
  return path;
}

/** The place at the end of a path; documents on the way are made, a scalar on the way is an error. */
export function makePlace(document: Document, path: readonly string[]): Place {
  const place = placeAt(document, path, true);
  return place ?? refuse(28, `Cannot create a field at '${path.join('.')}': a part of it is no document`);
}

/** The place at the end of a path, when the way there exists or may be made. */
export function placeAt(document: Document, path: readonly string[], make = false): Place | undefined {
  let box: unknown = document;
  for (const part of path.slice(0, -1)) {
    if (make && child(box, part) === undefined) placeIn(box, part)?.set({});
    box = child(box, part);
  }
  return placeIn(box, path.at(-1) ?? '');
}

function placeIn(box: unknown, part: string): Place | undefined {
  const value = child(box, part);
  if (isDocument(box)) return { value, set: (next) => void (box[part] = next), remove: () => void delete box[part] };
  if (!Array.isArray(box) || !isPosition(part)) return undefined;
  const list: unknown[] = box;
  const position = Number(part);
  return {
    value,
    set: (next) => {
      // A gap is filled with null, as MongoDB does; a position far beyond the end is a mistake or an attack.
      if (position - list.length > 100_000)
        refuse(2, `The position ${position} is too far beyond the end of the array`);
      while (list.length < position) list.push(null);
      list[position] = next;
    },
    remove: () => void (position < list.length && (list[position] = null)),
  };
}
