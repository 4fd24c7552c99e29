import { z } from 'zod';

/** Whom a command names: a Slack member, or text that the people source may know. */
export type Who =
  | { readonly kind: 'member'; readonly userId: string }
  | { readonly kind: 'text'; readonly text: string };

/** One form for each of the verbs that name a case. */
type ForCase<Kind> = Kind extends string ? { readonly kind: Kind; readonly caseId: string } : never;

/** What `/offboard` was asked. */
export type Command =
  /** `words` are a name and perhaps a reason behind it; only the people source can tell where one ends. */
  | { readonly kind: 'open'; readonly who: Who; readonly reason: string | undefined }
  | { readonly kind: 'openByName'; readonly words: readonly string[] }
  | { readonly kind: 'status'; readonly who: Who | undefined }
  | { readonly kind: 'list'; readonly which: 'open' | 'all' }
  | ForCase<'approve' | 'reject' | 'cancel' | 'undo' | 'evidence'>
  | { readonly kind: 'whoami' }
  | { readonly kind: 'help' }
  /** Not understood; the forms that come nearest. */
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] };

/** Every form of the command, as help shows it. */
export const forms = {
  open: '/offboard @person [reason]',
  openByName: '/offboard e-mail or name [reason]',
  status: '/offboard status [@person or CASE]',
  list: '/offboard list [open or all]',
  approve: '/offboard approve CASE',
  reject: '/offboard reject CASE',
  cancel: '/offboard cancel CASE',
  undo: '/offboard undo CASE',
  evidence: '/offboard evidence CASE',
  whoami: '/offboard whoami',
  help: '/offboard help',
} as const;

/** Longer reasons are refused, so that nothing is cut off silently. In characters. */
export const longestReason = 300;

// Slack allows about 4,000 characters; nothing sensible is longer than this.
const Text = z.string().max(4000);
const CaseId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/);
const verbs = ['status', 'list', 'approve', 'reject', 'cancel', 'undo', 'evidence', 'whoami', 'help'] as const;
type Verb = (typeof verbs)[number];

/** Reads what stands behind `/offboard`. Pure; the manifest's `should_escape` makes `@person` arrive as `<@U…|name>`. */
export function parse(input: string): Command {
  const text = Text.safeParse(input);
  if (!text.success) return { kind: 'unknown', nearest: [forms.open, forms.openByName, forms.help] };
  const words = text.data.trim().split(/\s+/u).filter(Boolean);
  const [first, ...rest] = words;
  if (first === undefined) return { kind: 'help' };
  const verb = verbs.find((known) => known === first.toLowerCase());
  return verb ? (withVerb(verb, rest) ?? { kind: 'unknown', nearest: nearest(verb) }) : opening(words);
}

function withVerb(verb: Verb, rest: readonly string[]): Command | undefined {
  const [argument, ...more] = rest;
  if (verb === 'whoami' || verb === 'help') return argument === undefined ? { kind: verb } : undefined;
  if (verb === 'status')
    return { kind: 'status', who: argument === undefined ? undefined : (mention(rest) ?? textWho(rest.join(' '))) };
  if (more.length > 0) return undefined;
  if (verb === 'list') {
    const which = z.enum(['open', 'all']).safeParse(argument?.toLowerCase() ?? 'open');
    return which.success ? { kind: 'list', which: which.data } : undefined;
  }
  const caseId = CaseId.safeParse(argument?.replaceAll('`', ''));
  return caseId.success ? { kind: verb, caseId: caseId.data } : undefined;
}

function opening(typed: readonly string[]): Command {
  const words = unmarked(typed);
  const [first = '', ...rest] = words;
  const who = mention([first]) ?? address(first);
  const reason = rest.join(' ');
  if (who) return reason.length > longestReason ? tooLong : { kind: 'open', who, reason: reason || undefined };
  // A name in quotation marks ends where they end.
  const quoted = /^["“”'‘’](?<name>[^"“”]{1,200}?)["“”'‘’](?:\s+(?<why>.*))?$/su.exec(words.join(' '));
  if (quoted?.groups?.['name']) {
    const why = quoted.groups['why'] ?? '';
    if (why.length > longestReason) return tooLong;
    return { kind: 'open', who: textWho(quoted.groups['name']), reason: why || undefined };
  }
  if (words.join(' ').length > longestReason) return tooLong;
  // A word that is nearly a verb, alone or before a case, is a slip of the fingers and not a person; an @ makes it one.
  const near = typed[0]?.startsWith('@') ? undefined : verbs.find((verb) => distance(verb, first.toLowerCase()) <= 1);
  if (near && rest.length <= 1 && /^([a-z]+-\d+|<@.*>)?$/i.test(reason))
    return { kind: 'unknown', nearest: nearest(near) };
  return /^([<#!]|$)/.test(first) ? { kind: 'unknown', nearest: nearest(first) } : { kind: 'openByName', words };
}

const tooLong: Command = { kind: 'unknown', nearest: [forms.open, forms.openByName, forms.help] };

function mention([word = '', ...more]: readonly string[]): Who | undefined {
  const userId = /^<@(?<id>[UW][A-Z0-9]{1,30})(?:\|[^>]*)?>$/.exec(word)?.groups?.['id'];
  return userId && more.length === 0 ? { kind: 'member', userId } : undefined;
}

/** Without the @ of a mention that Slack left as it was typed, because several members have the name or none has. */
function unmarked([first = '', ...rest]: readonly string[]): readonly string[] {
  const name = first.replace(/^@+/, '');
  return name === '' && first !== '' ? rest : [name, ...rest];
}

/** An address as typed, or as Slack makes it a link. */
function address(word: string): Who | undefined {
  const text = (/^<mailto:(?<address>[^|>]+)(?:\|[^>]*)?>$/.exec(word)?.groups?.['address'] ?? word).toLowerCase();
  return z.email().safeParse(text).success ? { kind: 'text', text } : undefined;
}

function textWho(text: string): Who {
  return address(text) ?? { kind: 'text', text: text.replaceAll('`', '').replace(/^@+\s*/, '') };
}

/** The three forms whose verb is most like the word. */
function nearest(word: string): readonly string[] {
  const sorted = [...verbs].sort((one, other) => distance(one, word) - distance(other, word));
  return sorted.slice(0, 3).map((verb) => forms[verb]);
}

/** How many letters must be changed, added, left out or swapped with their neighbour; of the first twenty characters. */
export function distance(one: string, other: string): number {
  const [a, b] = [one.slice(0, 20), other.slice(0, 20)];
  let before: number[] = [];
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    [before, above, row] = [above, row, [i]];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change, swap));
    }
  }
  return row[b.length] ?? 0;
}
