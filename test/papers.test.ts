import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = filesOfTheProject();
const papers = files.filter((file) => file.endsWith('.md'));

describe('the papers', () => {
  it('are all there', () => {
    const wanted = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/glossary.md'];

    expect(papers).toEqual(expect.arrayContaining(wanted));
  });

  it('link to what is there', () => {
    expect(papers.flatMap((paper) => brokenLinks(paper, read(paper)))).toEqual([]);
  });

  it('name only npm scripts that there are', () => {
    expect(papers.flatMap((paper) => unknownScripts(paper, read(paper)))).toEqual([]);
  });

  it('name only files that there are', () => {
    expect(papers.flatMap((paper) => unknownFiles(paper, read(paper)))).toEqual([]);
  });

  it('name only tests that there are', () => {
    expect(namedTests(read('ARCHITECTURE.md')).length).toBeGreaterThan(20);
    expect(papers.flatMap((paper) => unknownTests(paper, read(paper)))).toEqual([]);
  });
});

describe('a slip in a paper', () => {
  it.each([
    ['a link to nowhere', 'See [there](docs/nowhere.md).', brokenLinks],
    ['a picture that is not there', '![A picture](docs/nothing.png)', brokenLinks],
    ['a link to a heading that is not there', 'See [there](README.md#nowhere).', brokenLinks],
    ['a script that nobody wrote', 'Run `npm run nothing`.', unknownScripts],
    ['a file that moved', 'It is in `src/engine/nothing.ts`.', unknownFiles],
    ['a name that no file has', 'It is `nothing-at-all.ts`.', unknownFiles],
    ['a test that was renamed', '`test/engine/case.test.ts`: “does what it likes”', unknownTests],
  ])('is seen: %s', (_name, text, look) => {
    expect(look('README.md', text)).toHaveLength(1);
  });

  it('is not seen where there is none', () => {
    const text =
      'See [there](README.md#limits), [far](https://example.com), `npm run check`, `npm start`, `src/main.ts`.';

    for (const look of [brokenLinks, unknownScripts, unknownFiles, unknownTests])
      expect(look('README.md', text)).toEqual([]);
  });
});

function brokenLinks(paper: string, text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/i.test(target)) return [];
    const [path = '', heading] = target.split('#');
    const file = path === '' ? paper : join(dirname(paper), path);
    const found = existsSync(join(root, file)) && (heading === undefined || headings(read(file)).includes(heading));
    return found ? [] : [`${paper}: ${target}`];
  });
}

function unknownScripts(paper: string, text: string): string[] {
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
  const named = [...text.matchAll(/\bnpm (?:run (?:-\S+ )*([\w:-]+)|(start|test)\b)/g)];
  return named.flatMap(([whole, run, plain]) => ((run ?? plain ?? '') in scripts ? [] : [`${paper}: ${whole}`]));
}

/** Made while running or by whoever sets the product up, so not in the clone. */
const made = new Set(['exeunt.yaml']);

/** Paths from the root, and bare names of files with code, that stand in backticks. */
function unknownFiles(paper: string, text: string): string[] {
  const names = new Set(files.map((file) => basename(file)));
  return [...prose(text).matchAll(/`([^`\n]+)`/g)].flatMap(([, name = '']) => {
    const path = /^(?:\.ci|bench|bin|docs|src|test)\/[\w./-]+$/.test(name);
    const bare = /^[\w-][\w.-]*\.(?:[cm]?[jt]s|md|ya?ml|json)$/.test(name) && !made.has(name);
    const known = path ? existsSync(join(root, name)) : !bare || names.has(name);
    return known ? [] : [`${paper}: ${name}`];
  });
}

/** A test file and the beginning of one of its tests: `test/x.test.ts`: “promises”. */
function namedTests(text: string): { file: string; name: string }[] {
  return [...text.matchAll(/`(test\/[\w./-]+\.ts)`: “([^”]+)”/g)].map(([, file = '', name = '']) => ({ file, name }));
}

function unknownTests(paper: string, text: string): string[] {
  return namedTests(text).flatMap(({ file, name }) =>
    files.includes(file) && read(file).includes(`'${name}`) ? [] : [`${paper}: ${file}: ${name}`],
  );
}

/** As GitHub makes an anchor of a heading. */
function headings(text: string): string[] {
  return [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Without blocks of code, in which brackets and backticks mean something else. */
function prose(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, '');
}

/** What the clone holds, without what is installed or made while running. */
function filesOfTheProject(): string[] {
  const top = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile());
  const deep = ['.ci', 'bench', 'bin', 'docs', 'src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  return [...top, ...deep].map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
