import type { z } from 'zod';
import { addressFault, hasPassword } from './address.ts';
import { pathKey, type SettingsDocument } from './document.ts';
import { nearest } from './nearest.ts';
import { isRecord, placeAt, places, type Place } from './places.ts';
import { pathText, shown, type Path, type Problem } from './problem.ts';
import { reference, words } from './wording.ts';

export interface Judge {
  /** What the schema makes of the value, or `undefined` with its problems noted; `path` is where the value stands. */
  readonly judge: <Output>(schema: z.ZodType<Output>, given: unknown, path: Path) => Output | undefined;
  readonly unknownKey: (path: Path, keys: readonly string[]) => void;
  readonly say: (path: Path, what: string, write: string, at?: string) => void;
  readonly problems: readonly Problem[];
  /** Texts of the file and of the environment that stand where a secret belongs. */
  readonly secrets: readonly string[];
}

/** Judges values of one document by schemas, and by what holds for every setting: secrets, addresses, known keys. */
export function createJudge(document: SettingsDocument): Judge {
  const problems: Problem[] = [...document.problems];
  const secrets: string[] = [];

  function say(path: Path, what: string, write: string, at = document.at(path)): void {
    problems.push({ at, path: pathText(path), what, write });
  }

  function judge<Output>(schema: z.ZodType<Output>, given: unknown, path: Path): Output | undefined {
    const before = problems.length;
    const value = typed(document, schema, given, path);
    for (const place of places(schema, value, path)) judgePlace(place);
    const parsed = schema.safeParse(value);
    for (const issue of parsed.success ? [] : flat(parsed.error.issues)) {
      // Unknown keys are told with their own line and the nearest known key.
      if (issue.code === 'unrecognized_keys') continue;
      const below = issue.path.filter((part) => typeof part !== 'symbol');
      const where = [...path, ...below];
      const told = words(issue, placeAt(schema, below, value), where, document.references.get(pathKey(where)));
      say(where, told.what, told.write);
    }
    return parsed.success && problems.length === before ? parsed.data : undefined;
  }

  function judgePlace(place: Place): void {
    const { path, value, keys } = place;
    if (place.secret) judgeSecret(place);
    else if (typeof value === 'string') judgeAddress(path, value, place.format === 'url');
    if (!keys || !isRecord(value)) return;
    for (const key of Object.keys(value).filter((key) => !keys.includes(key))) unknownKey([...path, key], keys);
  }

  function judgeSecret({ path, value, example: note }: Place): void {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    secrets.push(String(value));
    if (document.references.has(pathKey(path))) return;
    const write = `Secrets come from the environment: write ${shown(String(path.at(-1)))}: ${note ?? reference(path)}`;
    say(path, 'A secret stands here in plain text. Whoever read this file has seen it: make a new one.', write);
  }

  function judgeAddress(path: Path, value: string, url: boolean): void {
    if (hasPassword(value)) secrets.push(value);
    const isTarget = path[0] === 'connectors' && (url || /url$/i.test(String(path.at(-1))));
    const password = hasPassword(value) ? 'A user name or a password stands inside this address.' : undefined;
    const fault = isTarget ? addressFault(value) : password;
    if (fault) say(path, fault, `Write ${shown(String(path.at(-1)))}: https://system.example.com`);
  }

  function unknownKey(path: Path, keys: readonly string[]): void {
    const meant = nearest(String(path.at(-1)), keys);
    const write = meant === undefined ? `Remove it; known here are ${keys.join(', ')}.` : `Write ${meant}: instead.`;
    say(path, 'There is no setting of this name.', write, document.keyAt(path));
  }

  return { judge, unknownKey, say, problems, secrets };
}

/** The value, with the numbers and truth values that the environment gave as text. */
function typed(document: SettingsDocument, schema: z.ZodType, root: unknown, path: Path): unknown {
  function convert(value: unknown, below: Path): unknown {
    if (Array.isArray(value)) return value.map((item, index) => convert(item, [...below, index]));
    if (isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item, [...below, key])]));
    if (typeof value !== 'string' || !document.references.has(pathKey([...path, ...below]))) return value;
    const types = placeAt(schema, below, root)?.types;
    if (types?.has('string')) return value;
    if (types?.has('number') && /^-?\d+(?:\.\d+)?$/.test(value)) return Number(value);
    if (types?.has('boolean') && /^(?:true|false)$/.test(value)) return value === 'true';
    return value;
  }
  return convert(root, []);
}

/** Of a union the branch that nearly fits: the one with the fewest complaints. Where none begins to fit, the whole. */
function flat(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    if (issue.errors.every((branch) => branch.length === 1 && branch[0]?.path.length === 0)) return [issue];
    const best = issue.errors.toSorted((a, b) => a.length - b.length)[0] ?? [];
    return flat(best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}
