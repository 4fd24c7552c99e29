import { z } from 'zod';
import { settingNotes } from '#model/secret.ts';
import type { Path } from './problem.ts';

/** What a schema tells about a place in the settings before anything is parsed. */
export interface Place {
  readonly path: Path;
  readonly value: unknown;
  readonly secret: boolean;
  readonly example: string | undefined;
  /** The kinds of value that fit here: `string`, `number`, `object` … */
  readonly types: ReadonlySet<string>;
  /** `url`, `email` … where a string of one form is expected. */
  readonly format: string | undefined;
  /** The keys that may stand here; `undefined` where any may, or none. */
  readonly keys: readonly string[] | undefined;
}

type Schema = z.core.$ZodType;

/** Walks schema and value side by side; a place for each value that is there, also where it is wrong. */
export function* places(schema: Schema, value: unknown, path: Path): Generator<Place> {
  const all = [...unwrapped(schema, value)];
  yield place(all, value, path);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* within(all, index, item, [...path, index]);
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) yield* within(all, key, item, [...path, key]);
  }
}

/** What the schema tells about a place where nothing need be; `undefined` where the schema knows no such place. */
export function placeAt(schema: Schema, path: Path, value: unknown): Place | undefined {
  let here: readonly Schema[] = [...unwrapped(schema, value)];
  let inner = value;
  for (const part of path) {
    inner = isRecord(inner) ? inner[part] : Array.isArray(inner) && typeof part === 'number' ? inner[part] : undefined;
    here = here.flatMap((one) => below(one, part)).flatMap((one) => [...unwrapped(one, inner)]);
  }
  return here.length === 0 ? undefined : place(here, inner, path);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* within(parents: readonly Schema[], key: string | number, value: unknown, path: Path): Generator<Place> {
  const schemas = parents.flatMap((parent) => below(parent, key));
  // An unknown key is a problem of its parent, and nothing below it is known.
  if (schemas.length === 0) return;
  yield* places(schemas.length === 1 ? schemas[0]! : z.union(schemas), value, path);
}

function place(all: readonly Schema[], value: unknown, path: Path): Place {
  const notes = all.map((schema) => settingNotes.get(schema)).filter((note) => note !== undefined);
  const objects = all.filter((schema) => schema instanceof z.ZodObject);
  return {
    path,
    value,
    secret: notes.some((note) => note.secret),
    example: notes.find((note) => note.example !== undefined)?.example,
    types: new Set<string>(all.flatMap((schema) => (schema instanceof z.ZodType ? [schema.type] : []))),
    format: all.find((schema) => schema instanceof z.ZodStringFormat)?.format ?? undefined,
    keys: objects.length === 0 || all.some(isOpen) ? undefined : objects.flatMap(({ shape }) => Object.keys(shape)),
  };
}

/** The schema and everything that it wraps; of a union the options that fit the discriminator, or all. */
function* unwrapped(schema: Schema, value: unknown): Generator<Schema, void> {
  yield schema;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodLazy
  )
    yield* unwrapped(schema.unwrap(), value);
  else if (schema instanceof z.ZodPipe) yield* unwrapped(schema.in, value);
  else if (schema instanceof z.ZodUnion) for (const option of options(schema, value)) yield* unwrapped(option, value);
}

function options(union: z.ZodUnion, value: unknown): readonly Schema[] {
  if (!(union instanceof z.ZodDiscriminatedUnion) || !isRecord(value)) return union.options;
  const { discriminator } = union.def;
  const fitting = union.options.filter((option) => {
    const mark = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
    return mark instanceof z.ZodLiteral && mark.safeParse(value[discriminator]).success;
  });
  return fitting.length > 0 ? fitting : union.options;
}

function below(schema: Schema, key: string | number): readonly Schema[] {
  if (schema instanceof z.ZodObject) {
    const inner = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    return inner ? [inner] : [];
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodArray && typeof key === 'number') return [schema.element];
  return [];
}

/** Whether any key may stand here. */
function isOpen(schema: Schema): boolean {
  if (schema instanceof z.ZodObject) return !!schema.def.catchall && !(schema.def.catchall instanceof z.ZodNever);
  return schema instanceof z.ZodRecord || schema instanceof z.ZodAny || schema instanceof z.ZodUnknown;
}
