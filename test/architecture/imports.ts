/** What a file reaches for. `undefined` where the name is made while running, so that nobody can tell. */
export type Specifier = string | undefined;

/**
 * Every module that a file names: by `import`, `import type`, `export … from`, `import()`, `import('…').Type`,
 * `require`, and `import.meta.resolve`. Reads tokens, so that comments and texts that look like imports are none.
 */
export function specifiers(source: string): Specifier[] {
  const tokens = [...tokensOf(source)];
  const found: Specifier[] = [];
  for (const [index, token] of tokens.entries()) {
    const [next, after] = [tokens[index + 1], tokens[index + 2]];
    const before = tokens[index - 1];
    if (token.kind !== 'word' || before?.text === '.') {
      // `import.meta.resolve(` is the one property that loads.
      if (token.text === 'resolve' && tokens[index - 2]?.text === 'meta' && next?.text === '(')
        found.push(named(after));
    } else if (token.text === 'import' || token.text === 'require') {
      // A property of that name is none of these: { import: … }.
      if (next?.text === '(') found.push(named(after));
      else if (token.text === 'import' && next?.kind === 'text') found.push(next.text);
    } else if (token.text === 'from' && next?.kind === 'text') found.push(next.text);
  }
  return found;
}

/** The words and signs of a file in their order, without comments, texts and patterns. */
export function code(source: string): string {
  return [...tokensOf(source)].map((token) => (token.kind === 'text' ? '""' : token.text)).join('');
}

interface Token {
  readonly kind: 'word' | 'text' | 'template' | 'sign';
  readonly text: string;
}

function named(token: Token | undefined): Specifier {
  return token?.kind === 'text' ? token.text : undefined;
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const text = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y;
const word = /[\p{L}\p{N}_$]+/uy;
const space = /\s+/y;
const pattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** After these a slash divides; after anything else it begins a pattern. */
const operand = /^(?:[\p{L}\p{N}_$]+|\)|\]|\}|text|template)$/u;
const beforePattern = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'void',
  'yield',
  'await',
  'else',
  'do',
  'throw',
]);

function* tokensOf(source: string): Generator<Token> {
  let at = 0;
  let last: Token | undefined;
  const take = (form: RegExp): string | undefined => {
    form.lastIndex = at;
    const match = form.exec(source)?.[0];
    if (match !== undefined) at += match.length;
    return match;
  };
  while (at < source.length) {
    if (take(space) !== undefined || take(comment) !== undefined) continue;
    const quoted = take(text);
    const divides = last && operand.test(last.kind === 'word' || last.kind === 'sign' ? last.text : last.kind);
    if (quoted !== undefined) yield (last = { kind: 'text', text: unescaped(quoted.slice(1, -1)) });
    else if (source[at] === '`') {
      const template = templateAt(source, at);
      at = template.end;
      // A template without holes is a text like any other.
      yield (last = { kind: template.holes.length === 0 ? 'text' : 'template', text: template.text });
      for (const hole of template.holes) yield* tokensOf(hole);
    } else if (source[at] === '/' && (!divides || beforePattern.has(last?.text ?? '')) && take(pattern) !== undefined)
      last = { kind: 'text', text: '' };
    else yield (last = take(word) === undefined ? { kind: 'sign', text: source[at++]! } : wordBefore(source, at));
  }
}

function wordBefore(source: string, end: number): Token {
  return { kind: 'word', text: /[\p{L}\p{N}_$]+$/u.exec(source.slice(Math.max(0, end - 200), end))?.[0] ?? '' };
}

/** A template from its first backtick: its plain text, and the code in its holes. */
function templateAt(source: string, start: number): { end: number; text: string; holes: string[] } {
  const holes: string[] = [];
  let plain = '';
  let at = start + 1;
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2;
    else if (source.startsWith('${', at)) {
      const end = holeEnd(source, at + 2);
      holes.push(source.slice(at + 2, end));
      at = end + 1;
    } else plain += source[at++];
  }
  return { end: at + 1, text: plain, holes };
}

/** Where the hole's own closing brace stands. */
function holeEnd(source: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < source.length) {
    if (source[at] === '`') at = templateAt(source, at).end;
    else if (source[at] === "'" || source[at] === '"') {
      text.lastIndex = at;
      at += text.exec(source)?.[0].length ?? 1;
    } else {
      if (source[at] === '}' && depth === 0) return at;
      depth += source[at] === '{' ? 1 : source[at] === '}' ? -1 : 0;
      at += 1;
    }
  }
  return at;
}

function unescaped(quoted: string): string {
  return quoted.replaceAll(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([\s\S]))/gi, (...parts: string[]) => {
    const [, braced, four, two, one] = parts;
    const hex = braced ?? four ?? two;
    return hex === undefined ? (one ?? '') : String.fromCodePoint(Number.parseInt(hex, 16));
  });
}
