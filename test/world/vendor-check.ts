import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { JournalEntry } from '#local/company/double.ts';

/** Every way in which requests and answers differ from the vendor's own description, one sentence each. */
export type Judge = (journal: readonly JournalEntry[]) => string[];

const root = join(import.meta.dirname, '../..');
const descriptions = join(root, '../shared/openapi');

/**
 * Loads the vendor's description by its file name. Where the descriptions are not at hand, says so once and judges
 * nothing: they are optional test data beside the repository.
 */
export async function vendorJudge(file: string): Promise<Judge> {
  const path = join(descriptions, file);
  if (!existsSync(path) || !existsSync(join(descriptions, 'checker.mjs'))) {
    console.log(`Skipped: the vendor check of ${file}, because there is no ../shared/openapi beside the repository.`);
    return () => [];
  }
  const checker = copied('checker.mjs', readFileSync(join(descriptions, 'checker.mjs'), 'utf8'));
  const { load } = Checker.parse(await import(pathToFileURL(checker).href));
  const check = Check.parse(load(copied(file, plain(readFileSync(path, 'utf8')))));
  return (journal) => journal.flatMap((entry) => faults(check, entry));
}

/** A copy inside this repository: only there do the packages resolve that the checker imports by name. */
function copied(name: string, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const copy = join(root, 'node_modules/.cache/vendor-check', `${hash}-${name}`);
  mkdirSync(dirname(copy), { recursive: true });
  // Written aside and renamed, because test files that run at the same time make the same copy.
  const fresh = `${copy}.${process.pid}.${randomUUID()}`;
  writeFileSync(fresh, text);
  renameSync(fresh, copy);
  return copy;
}

/** The description as it is, but for formats that are a sentence: no validator knows those, and each would say so. */
function plain(description: string): string {
  const wordless = (key: string, value: unknown) =>
    key === 'format' && typeof value === 'string' && value.includes(' ') ? undefined : value;
  return JSON.stringify(JSON.parse(description, wordless));
}

/** What any server may answer, described or not. */
const everywhere = [401, 429, 503];

function faults(check: z.output<typeof Check>, { method, url, body, status, answer }: JournalEntry): string[] {
  const verdict = Verdict.parse(check(method, url, body));
  const described = status === undefined || everywhere.includes(status) || verdict.op === null;
  const wrong = described ? [] : z.array(z.string()).parse(verdict.resp?.(status, answer) ?? []);
  return [...verdict.errors, ...wrong.map((fault) => `answer ${status}: ${fault}`)].map(
    (fault) => `${method} ${url}: ${fault}`,
  );
}

const AnyFunction = z.custom<(...given: unknown[]) => unknown>((value) => typeof value === 'function');
const Checker = z.object({ load: AnyFunction });
const Check = AnyFunction;
const Verdict = z.object({ op: z.string().nullable(), errors: z.array(z.string()), resp: AnyFunction.optional() });
