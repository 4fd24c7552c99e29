import { refuse, unsupported } from './errors.ts';
import { isDocument, isPosition, type Document } from './value.ts';

/** Where a path ends in a document: the value that is there, `undefined` when there is none, and how to change it. */
export interface Place {
  readonly value: unknown;
  set(value: unknown): void;
  remove(): void;
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
  const place = follow(document, path, true);
  return place ?? refuse(28, `Cannot create field '${path.at(-1)}': a part of '${path.join('.')}' is no document`);
}

/** The place at the end of a path, when the way there exists. */
export function findPlace(document: Document, path: readonly string[]): Place | undefined {
  return follow(document, path, false);
}

function follow(document: Document, path: readonly string[], make: boolean): Place | undefined {
  let place: Place = { value: document, set: () => {}, remove: () => {} };
  for (const part of path) {
    if (place.value === undefined) {
      if (!make) return undefined;
      const made = {};
      place.set(made);
      place = { ...place, value: made };
    }
    const box = place.value;
    if (Array.isArray(box) && isPosition(part)) place = inArray(box, Number(part));
    else if (isDocument(box)) place = inDocument(box, part);
    else return undefined;
  }
  return place;
}

function inDocument(box: Document, key: string): Place {
  return {
    value: Object.hasOwn(box, key) ? box[key] : undefined,
    set: (value) => void (box[key] = value),
    remove: () => void delete box[key],
  };
}

function inArray(box: unknown[], position: number): Place {
  return {
    value: box[position],
    set: (value) => {
      // A gap is filled with null, as MongoDB does; a position far beyond the end is a mistake or an attack.
      if (position - box.length > 100_000) refuse(2, `The position ${position} is too far beyond the end of the array`);
      while (box.length < position) box.push(null);
      box[position] = value;
    },
    remove: () => void (box[position] = null),
  };
}
