import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { trespasses } from './architecture/doors.ts';
import { code, specifiers } from './architecture/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const isCode = (file: string) => /\.(?:[cm]?[jt]s)x?$/.test(file);

describe('the house', () => {
  it('imports through its doors only', () => {
    const files = filesOf('src').filter(isCode);

    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap((file) => trespasses(file.slice('src/'.length), read(file)))).toEqual([]);
  });

  it('has no file of more than 400 lines', () => {
    const files = ['src', 'test', 'bench', 'bin'].flatMap(filesOf).filter(isCode);

    expect(files.filter((file) => lines(read(file)) > 400)).toEqual([]);
  });

  it('needs nothing that stands beside the repository', () => {
    const files = ['src', 'bench', 'bin', 'docs', '.ci'].flatMap(filesOf);
    const top = readdirSync(root).filter((file) => isText(file) && statSync(join(root, file)).isFile());

    expect([...files, ...top].filter((file) => isText(file) && read(file).includes('../shared'))).toEqual([]);
  });

  it('reads the environment in its settings only', () => {
    /** No settings: what a child process needs to be found, and whether npm is the parent. */
    const notSettings = ['src/local/durable-engine/server.ts', 'src/run.ts'];
    const files = filesOf('src').filter(
      (file) => isCode(file) && !notSettings.includes(file) && file !== 'src/config.ts',
    );

    expect(files.filter((file) => readsEnvironment(read(file)))).toEqual([]);
  });
});

describe('a trespass', () => {
  it.each<[string, string, string]>([
    ['a relative path', 'engine/plan.ts', "import { say } from '../bot/bot.ts';"],
    ['a # path', 'engine/plan.ts', "import { say } from '#bot/bot.ts';"],
    ['a # path through the top', 'engine/plan.ts', "import { say } from '#src/bot/bot.ts';"],
    ['a # path with dots', 'engine/plan.ts', "import { say } from '#model/../bot/bot.ts';"],
    ['a type', 'engine/plan.ts', "import type { Say } from '#bot/bot.ts';"],
    ['a type among values', 'engine/plan.ts', "import { type Say } from '#bot/bot.ts';"],
    ['a type in place', 'engine/plan.ts', "let say: import('#bot/bot.ts').Say;"],
    ['a dynamic import', 'engine/plan.ts', "const bot = await import('#bot/bot.ts');"],
    ['a dynamic import of a template', 'engine/plan.ts', 'const bot = await import(`#bot/bot.ts`);'],
    [
      'a dynamic import inside a template',
      'engine/plan.ts',
      "const text = `a ${(await import('#bot/bot.ts')).say} b`;",
    ],
    ['a dynamic import that nobody can read', 'engine/plan.ts', 'const bot = await import(name);'],
    ['a re-export', 'engine/plan.ts', "export { say } from '#bot/bot.ts';"],
    ['a re-export of all', 'engine/plan.ts', "export * from '../bot/bot.ts';"],
    ['a re-export of a type', 'engine/plan.ts', "export type { Say } from '../bot/bot.ts';"],
    ['an import for its effect', 'engine/plan.ts', "import '#bot/bot.ts';"],
    ['an import over several lines', 'engine/plan.ts', "import {\n  say,\n} from\n  '#bot/bot.ts';"],
    ['an import behind a comment', 'engine/plan.ts', "import /* it's */ { say } from /* \" */ '#bot/bot.ts';"],
    ['an import behind a pattern', 'engine/plan.ts', "const quote = /['\"`]/; import { say } from '#bot/bot.ts';"],
    ['an import with an escape', 'engine/plan.ts', "import { say } from '#\\u0062ot/bot.ts';"],
    ['require', 'engine/plan.ts', "const bot = require('#bot/bot.ts');"],
    ['import.meta.resolve', 'engine/plan.ts', "const where = import.meta.resolve('#bot/bot.ts');"],
    ['the composition root', 'engine/plan.ts', "import '#src/main.ts';"],
    ['the settings from a room', 'bot/bot.ts', "import { loadConfig } from '../config.ts';"],
    ['the check command from a room', 'bot/bot.ts', "import { runCheck } from '#src/check.ts';"],
    ['a way out of src', 'engine/plan.ts', "import { x } from '../../test/x.ts';"],
    ['an absolute path', 'engine/plan.ts', "import { x } from '/etc/x.ts';"],
    ['a file address', 'engine/plan.ts', "import { x } from 'file:///etc/x.ts';"],
    ['code in an address', 'engine/plan.ts', "import { x } from 'data:text/javascript,1';"],
    ['the model reaching for the engine', 'model/plan.ts', "import type { Stage } from '#engine/stages.ts';"],
    ['the bot reaching behind the engine’s door', 'bot/bot.ts', "import { makePlan } from '#engine/plan.ts';"],
    ['discovery reaching for the engine', 'discovery/fold.ts', "import type { Engine } from '#engine/engine.ts';"],
    ['the local world reaching for the model', 'local/world.ts', "import { Policy } from '#model/policy.ts';"],
    ['the settings reaching for the engine', 'config/file.ts', "import { rules } from '#engine/stages.ts';"],
    ['the settings reaching for the composition root', 'config.ts', "import { run } from './run.ts';"],
    ['the settings using another package', 'config.ts', "import mongoose from 'mongoose';"],
    [
      'another room by a relative path though there is a door',
      'engine/plan.ts',
      "import { Plan } from '../model/plan.ts';",
    ],
    ['the own room by a # path', 'engine/plan.ts', "import { rules } from '#engine/stages.ts';"],
    ['Slack outside the bot', 'engine/plan.ts', "import type { App } from '@slack/bolt';"],
    ['Slack in the local world', 'local/world.ts', "import { WebClient } from '@slack/web-api';"],
    [
      'the durable engine outside its file',
      'engine/case.ts',
      "import * as restate from '@restatedev/restate-sdk/fetch';",
    ],
    ['a language model outside its file', 'discovery/score.ts', "import OpenAI from 'openai';"],
    ['the store outside the records', 'engine/case-store.ts', "import type { Model } from 'mongoose';"],
    ['the clock outside its file', 'bot/bot.ts', "import cron from 'node-cron';"],
    ['a client of its own', 'engine/connectors/okta.ts', "import { request } from 'undici';"],
    ['a server outside the local world', 'bot/bot.ts', "import express from 'express';"],
    ['SCIM’s server outside the local world', 'main.ts', "import SCIMMY from 'scimmy';"],
    ['an embedded database outside the local world', 'model/records.ts', "import { DatabaseSync } from 'node:sqlite';"],
  ])('is seen: %s', (_name, file, source) => {
    expect(trespasses(file, source)).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['a door', 'bot/bot.ts', "import type { Engine } from '#engine/engine.ts';"],
    ['the own room', 'engine/http/client.ts', "import { Refused } from '../connectors/errors.ts';"],
    ['the model', 'engine/plan.ts', "import type { Plan } from '#model/plan.ts';"],
    ['everything for the composition root', 'main.ts', "import { openDatabase } from '#local/database/database.ts';"],
    ['settings’ own words', 'config.ts', "import type { Policy } from '#model/policy.ts'; import { z } from 'zod';"],
    ['a built-in module', 'engine/plan.ts', "import { createHash } from 'node:crypto';"],
    ['a package', 'engine/triggers/webhook.ts', "import { Webhook } from 'standardwebhooks';"],
    ['words in a comment', 'engine/plan.ts', "// import { say } from '#bot/bot.ts';\n/* import('#bot/bot.ts') */"],
    ['words in a text', 'engine/plan.ts', 'const text = "import { say } from \'#bot/bot.ts\';";'],
    ['words in a template', 'engine/plan.ts', "const text = `import { say } from '#bot/bot.ts'; ${1}`;"],
    ['words in a pattern', 'engine/plan.ts', "const pattern = /import '#bot/; const half = 4 / 2 / 1;"],
    [
      'a property that is called so',
      'engine/plan.ts',
      "message.from('#bot/bot.ts'.length); const from = { import: 1 };",
    ],
  ])('is none: %s', (_name, file, source) => {
    expect(trespasses(file, source)).toEqual([]);
  });

  it('is seen in reading the environment, however it is spelled', () => {
    const spellings = [
      'process.env.PATH',
      "process['env']",
      'const { env } = process;',
      'process?.env',
      "import { env } from 'node:process';",
    ];

    expect(spellings.filter((source) => !readsEnvironment(source))).toEqual([]);
    expect(readsEnvironment("// process.env\nconst text = 'process.env'; start({ env, root });")).toBe(false);
  });
});

/** Whether code reaches for the environment. Texts in brackets count: `process['env']`. */
function readsEnvironment(source: string): boolean {
  const plain = code(source);
  return (
    /\bprocess(?:\?\.|\.)env\b|\bprocess(?:\?\.)?\[|\{[^{}]*\benv\b[^{}]*\}=process\b/.test(plain) ||
    specifiers(source).some((specifier) => specifier === 'node:process' || specifier === 'process')
  );
}

function filesOf(folder: string): string[] {
  const path = join(root, folder);
  if (!statSync(path, { throwIfNoEntry: false })) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'));
}

function isText(file: string): boolean {
  return /\.(?:[cm]?[jt]sx?|json|ya?ml|md|html|css|txt|sh|toml)$/.test(file);
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function lines(source: string): number {
  return source.split('\n').length - (source.endsWith('\n') ? 1 : 0);
}
