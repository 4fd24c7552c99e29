import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { pathText, shown, type Path, type Problem } from './problem.ts';

/** exeunt.yaml, read but not judged: plain values, where each stands, and which come from the environment. */
export interface SettingsDocument {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where a value stands; the nearest thing around it, where it is missing. */
  readonly at: (path: Path) => string;
  /** Where a key stands. */
  readonly keyAt: (path: Path) => string;
  /** Which environment variable a value was written as, `${NAME}`. */
  readonly references: ReadonlyMap<string, string>;
}

/** How a path is kept in a map. */
export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

const maximumLength = 256 * 1024;

/**
 * Reads YAML 1.2 and puts the environment's values where `${NAME}` stands as a whole value. A variable that is not set
 * is a problem, and its value is `undefined`. The parser's own messages quote the file and are never passed on.
 */
export function readDocument(
  file: { readonly path: string; readonly text: string },
  env: Readonly<Record<string, string | undefined>>,
): SettingsDocument {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const positions = new Map<string, number>();
  const keys = new Map<string, number>();
  const references = new Map<string, string>();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file.path}:${line}:${col}`;
  };
  const nearest = (path: Path, first: Map<string, number>): string => {
    const own = first.get(pathKey(path)) ?? positions.get(pathKey(path)) ?? keys.get(pathKey(path));
    if (own !== undefined) return place(own);
    return path.length === 0 ? `${file.path}:1:1` : nearest(path.slice(0, -1), keys);
  };
  const rest = { at: (path: Path) => nearest(path, positions), keyAt: (path: Path) => nearest(path, keys), references };

  if (file.text.length > maximumLength) {
    const what = `The file has more than ${maximumLength / 1024} kB.`;
    problems.push({
      at: `${file.path}:1:1`,
      path: '',
      what,
      write: 'Keep settings only; exeunt.example.yaml shows all.',
    });
    return { value: undefined, problems, ...rest };
  }

  // A quieter log level would also hide that a second document was dropped.
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    logLevel: 'error',
  } as const;
  const document = parseDocument(file.text, options);
  const seenLines = new Set<number>();
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    // One mistake makes several errors: the first of a line says it.
    const { line } = lines.linePos(pos[0]);
    if (seenLines.has(line) || seenLines.size >= 10) continue;
    seenLines.add(line);
    problems.push({ at: place(pos[0]), path: '', ...(syntax[code] ?? notYaml) });
  }
  if (problems.length > 0) return { value: undefined, problems, ...rest };

  function read(node: unknown, path: Path): unknown {
    if (isMap<Node, Node | null>(node)) {
      const entries = node.items.map(({ key, value }): [string, unknown] => {
        const name = isScalar(key) ? String(key.value) : '?';
        const below = [...path, name];
        keys.set(pathKey(below), key.range?.[0] ?? 0);
        return [name, locate(value, below)];
      });
      return Object.fromEntries(entries);
    }
    if (isSeq<Node>(node)) return node.items.map((item, index) => locate(item, [...path, index]));
    if (isScalar(node)) return typeof node.value === 'string' ? resolve(node.value, path) : node.value;
    if (node === null) return null;
    problems.push({ at: rest.at(path), path: pathText(path), ...anchors });
    return undefined;
  }

  function locate(node: Node | null, path: Path): unknown {
    if (node?.range) positions.set(pathKey(path), node.range[0]);
    return read(node, path);
  }

  function resolve(text: string, path: Path): string | undefined {
    const name = /^\$\{([A-Za-z_][A-Za-z0-9_]{0,99})\}$/.exec(text)?.[1];
    const problem = { at: rest.at(path), path: pathText(path) };
    if (name === undefined) {
      if (!text.includes('${')) return text;
      problems.push({
        ...problem,
        what: 'A value is taken from the environment as a whole or not at all.',
        write: whole,
      });
      return undefined;
    }
    references.set(pathKey(path), name);
    const value = env[name]?.trim();
    if (value) return value;
    const what = `The environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}.`;
    problems.push({ ...problem, what, write: `Set it in the environment of this process: ${shown(name)}=…` });
    return undefined;
  }

  return { value: locate(document.contents, []), problems, ...rest };
}

const whole = 'Write ${NAME} alone as the value, and the whole value into that variable: url: ${OKTA_URL}';
const anchors = {
  what: 'Anchors and aliases (&name, *name) are not understood here.',
  write: 'Write the value itself; quote text that begins with * or &: name: "*text"',
};
const notYaml = {
  what: 'This is not YAML.',
  write: 'One "key: value" a line, two spaces of indent a level; quote text with special signs: token: "${OKTA_TOKEN}"',
};
/** Our words for what the parser found, by its code. */
const syntax: Readonly<Record<string, Omit<Problem, 'at' | 'path'>>> = {
  DUPLICATE_KEY: { what: 'This key is there twice.', write: 'Keep one of the two.' },
  TAB_AS_INDENT: { what: 'A tab indents this line.', write: 'Indent with two spaces a level.' },
  BAD_INDENT: {
    what: 'This line is indented by another depth than its neighbours, or a bracket before it is not closed.',
    write: 'Indent with two spaces a level, and close what is opened.',
  },
  MULTIPLE_DOCS: { what: 'A second document begins here.', write: 'Remove the line "---".' },
  BAD_ALIAS: anchors,
  TAG_RESOLVE_FAILED: { what: 'Tags (!name) are not understood here.', write: 'Write the plain value: name: text' },
  MISSING_CHAR: { what: 'A quote or a bracket that is opened here or further up is not closed.', write: notYaml.write },
};
