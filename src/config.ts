import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Policy } from '#model/policy.ts';
import { isSecret, type Secret } from '#model/secret.ts';
import { crossChecks } from './config/cross-checks.ts';
import { environmentProblem, readEnvironment, secretNames, type Env, type Environment } from './config/environment.ts';
import { readSettingsFile, type ConnectorKinds, type ConnectorSettings, type SettingsFile } from './config/file.ts';
import type { Problem } from './config/problem.ts';
import type { Sections } from './config/sections.ts';

/** Everything runs on this machine, against an invented company. */
export interface LocalConfig {
  readonly mode: 'local';
  /** As it was written; relative to the project's root. */
  readonly dataFolder: string;
  /** The port of the page that shows the local world; `undefined` leaves the choice to the machine. */
  readonly port?: number;
}

export interface RealConfig {
  readonly mode: 'real';
  readonly dataFolder: string;
  readonly port?: number;
  readonly company: Sections['company'];
  /** The connector that knows the company's people. */
  readonly people: Sections['people'];
  readonly slack: Sections['slack'] & {
    readonly botToken: Secret;
    /** There in mode `socket`. */
    readonly appToken?: Secret;
    /** There in mode `http`. */
    readonly signingSecret?: Secret;
  };
  readonly policy: Policy;
  readonly connectors: readonly ConnectorSettings[];
  readonly hooks: { readonly hr?: { readonly secret: Secret } };
  /** `undefined`: the embedded database. */
  readonly mongoUri?: Secret;
  /** `undefined`: the durable engine's server is started here. `workerUrl` is where it reaches this process. */
  readonly restate?: NonNullable<Environment['restate']>;
}

export interface WrongConfig {
  readonly problems: readonly Problem[];
}

export type Config = LocalConfig | RealConfig | WrongConfig;

/**
 * Judges all settings at once. Without exeunt.yaml and without any of our variables it is the local world; otherwise
 * everything must be right, and every problem is told at once. No problem holds a secret.
 */
export function readConfig(input: {
  readonly env: Env;
  /** exeunt.yaml, or the file that EXEUNT_CONFIG names; `undefined` when there is none. */
  readonly file: { readonly path: string; readonly text: string } | undefined;
  readonly connectorKinds: ConnectorKinds;
}): Config {
  const { env, file, connectorKinds } = input;
  const environment = readEnvironment(env);
  const { dataFolder } = environment;
  const port = environment.port === undefined ? {} : { port: environment.port };
  const named = env['EXEUNT_CONFIG']?.trim();

  if (!file && !named && environment.set.length === 0)
    return environment.problems.length > 0
      ? { problems: environment.problems }
      : { mode: 'local', dataFolder, ...port };

  if (!file) return { problems: hidden([...environment.problems, missingFile(environment, named)], env, []) };
  const settings = readSettingsFile(file, env, connectorKinds);
  const checked = crossChecks({ ...settings, connectorIds: settings.connectorIds ?? [], env });
  const problems = [...environment.problems, ...settings.problems, ...checked];
  if (problems.length > 0) return { problems: hidden(once(problems), env, settings.secrets) };
  return { mode: 'real', dataFolder, ...port, ...together(settings, environment) };
}

/**
 * The settings of this process: its environment, and exeunt.yaml in `root` (an absolute path) or where EXEUNT_CONFIG
 * says. The one reader of the process's environment. Throws when the file is there and cannot be read.
 */
export function loadConfig(root: string, connectorKinds: ConnectorKinds): Config {
  const env = { ...process.env };
  const path = env['EXEUNT_CONFIG']?.trim() || 'exeunt.yaml';
  return readConfig({ env, file: readFile(path, resolve(root, path)), connectorKinds });
}

/** Every secret of the settings, so that whoever prints can leave them out. */
export function secretsOf(config: LocalConfig | RealConfig): Secret[] {
  if (config.mode === 'local') return [];
  const { slack, mongoUri, hooks, connectors } = config;
  return [slack, { mongoUri }, hooks, connectors].flatMap((part) => [...secretsIn(part)]);
}

function* secretsIn(value: unknown): Generator<Secret> {
  if (isSecret(value)) yield value;
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* secretsIn(inner);
}

function readFile(path: string, absolute: string): { path: string; text: string } | undefined {
  try {
    return { path, text: readFileSync(absolute, 'utf8') };
  } catch (error) {
    // No file is an answer; a file that may not be read is not.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${path} is there and cannot be read. Nothing was started. Check its rights.`, { cause: error });
  }
}

function missingFile(environment: Environment, named: string | undefined): Problem {
  if (named)
    return environmentProblem(
      'EXEUNT_CONFIG',
      'There is no file of this name.',
      'Name a file that is there, or leave it out.',
    );
  const what = `${environment.set.join(', ')} ${environment.set.length === 1 ? 'is' : 'are'} set, and there is no exeunt.yaml.`;
  const write =
    'Copy exeunt.example.yaml to exeunt.yaml and change it; for a trial without settings, unset these variables.';
  return { at: 'exeunt.yaml:1:1', path: '', what, write };
}

function together(settings: SettingsFile, environment: Environment): Omit<RealConfig, 'mode' | 'dataFolder' | 'port'> {
  const { company, people, slack, policy, hooks } = settings.sections;
  const { botToken, appToken, signingSecret, mongoUri, restate } = environment;
  if (!company || !people || !slack || !policy || !hooks || !botToken)
    throw new Error('Settings without a problem are not complete: a check is missing in src/config.');
  return {
    company,
    people,
    slack: { ...slack, botToken, ...(appToken && { appToken }), ...(signingSecret && { signingSecret }) },
    policy,
    connectors: settings.connectors,
    hooks: hooks.hr ? { hr: hooks.hr } : {},
    ...(mongoUri && { mongoUri }),
    ...(restate && { restate }),
  };
}

/** One problem a place: the first says why, what follows follows from it. */
function once(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ at, path }) => {
    const key = path === '' ? at : path;
    return !seen.has(key) && seen.add(key);
  });
}

/** The last guard: whatever a message holds, a secret in it is not shown. */
function hidden(problems: readonly Problem[], env: Env, secrets: readonly string[]): Problem[] {
  const never = [...secrets, ...secretNames.map((name) => env[name]?.trim() ?? '')]
    .filter((text) => text.length >= 4)
    .sort((a, b) => b.length - a.length);
  const hide = (text: string) => never.reduce((shown, one) => shown.replaceAll(one, '***'), text);
  return problems.map(({ at, path, what, write }) => ({ at, path: hide(path), what: hide(what), write: hide(write) }));
}
