import type { z } from 'zod';
import { nearest } from './nearest.ts';
import type { Place } from './places.ts';
import { shown, type Path, type Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Words = Pick<Problem, 'what' | 'write'>;

/** What a schema found, in words. `place` is what the schema tells about the spot; the value itself is never quoted. */
export function words(issue: Issue, place: Place | undefined, path: Path, reference: string | undefined): Words {
  const source = reference === undefined ? '' : ` It comes from the environment variable ${reference}.`;
  return { what: what(issue, place) + source, write: `Write ${example(path, place)}` };
}

/** A line to write, made from the schema's example or from the type that it expects. */
export function example(path: Path, place: Place | undefined): string {
  const key = typeof path.at(-1) === 'number' ? '-' : `${shown(String(path.at(-1) ?? 'company'))}:`;
  return `${key} ${place?.example ?? typical(path, place)}`;
}

/** `connectors.okta.token` → `${OKTA_TOKEN}`. */
export function reference(path: Path): string {
  const parts = path.filter((part) => typeof part === 'string').slice(-2);
  return `\${${parts
    .join('_')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()}}`;
}

function typical(path: Path, place: Place | undefined): string {
  if (place?.secret) return reference(path);
  if (place?.format === 'url') return 'https://system.example.com';
  if (place?.format === 'email') return 'selma@example.com';
  if (place?.types.has('object') || place?.types.has('record'))
    return 'and its settings below it, indented by two spaces';
  if (place?.types.has('array')) return '[one, two]';
  if (place?.types.has('number')) return '10';
  if (place?.types.has('boolean')) return 'true';
  return '"text"';
}

function what(issue: Issue, place: Place | undefined): string {
  if (place?.value === undefined && issue.code !== 'custom') return 'This setting is missing.';
  switch (issue.code) {
    case 'invalid_type':
      if (place?.value === null) return 'This setting is empty. A # outside quotes begins a comment.';
      return `This should be ${kind(issue.expected)}, and is ${kind(typeName(place?.value))}.`;
    case 'invalid_format':
      if (issue.format === 'email') return 'This is not an e-mail address.';
      if (issue.format === 'url') return 'This is not a web address.';
      return sentence(issue.message);
    case 'too_small':
      if (issue.origin === 'string')
        return issue.minimum === 1 ? 'This is empty.' : `This is shorter than ${issue.minimum} characters.`;
      if (issue.origin === 'array') return `At least ${issue.minimum} must be listed.`;
      return `This must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`;
    case 'too_big':
      if (issue.origin === 'string') return `This is longer than ${issue.maximum} characters.`;
      if (issue.origin === 'array') return `At most ${issue.maximum} may be listed.`;
      return `This must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}.`;
    case 'invalid_value':
      return oneOf(issue.values.map(String), place?.value);
    case 'invalid_key':
      return `This key does not fit: ${sentence(issue.issues[0]?.message ?? issue.message)}`;
    case 'invalid_union':
      return `This must be ${issue.errors.map((branch) => alternative(branch[0])).join(', or ')}.`;
    case 'unrecognized_keys':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'custom':
    default:
      return sentence(issue.message);
  }
}

function alternative(issue: Issue | undefined): string {
  if (issue?.code === 'invalid_value') return issue.values.join(' or ');
  return issue?.code === 'invalid_type' ? kind(issue.expected) : 'of another form';
}

/** Which words may stand here, and which of them was meant. */
export function oneOf(known: readonly string[], value: unknown): string {
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  return `This must be one of ${known.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
}

function kind(type: string): string {
  const known: Readonly<Record<string, string>> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a group of settings',
    record: 'a group of settings',
    null: 'empty',
  };
  return known[type] ?? type;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** A schema's own message; one that begins with its verb is about this setting. */
function sentence(text: string): string {
  const whole = /^(?:is|has|must|should|may)\b/.test(text) ? `This ${text}` : text;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
