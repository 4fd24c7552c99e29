import type { z } from 'zod';
import { readDocument, type SettingsDocument } from './document.ts';
import type { Env } from './environment.ts';
import { createJudge, type Judge } from './judge.ts';
import { nearest } from './nearest.ts';
import { isRecord } from './places.ts';
import type { Problem } from './problem.ts';
import { connectorName, sections, type Sections } from './sections.ts';
import { oneOf } from './wording.ts';

export type ConnectorKinds = Readonly<Record<string, z.ZodType>>;

export interface ConnectorSettings {
  /** As exeunt.yaml names it; unique. */
  readonly id: string;
  readonly kind: string;
  /** What the kind's own schema made of it. */
  readonly settings: unknown;
}

/** What the schemas made of the sections; `undefined` where one is wrong. */
export type SoundSections = { readonly [Name in keyof Sections]: Sections[Name] | undefined };

export interface SettingsFile {
  /** Each section, where it is right. */
  readonly sections: SoundSections;
  /** The connectors that are right. */
  readonly connectors: readonly ConnectorSettings[];
  /** The names of all connectors, right or wrong; `undefined` where the file could not be read. */
  readonly connectorIds: readonly string[] | undefined;
  readonly problems: readonly Problem[];
  /** Texts that may not be shown. */
  readonly secrets: readonly string[];
  readonly at: SettingsDocument['at'];
}

/** Judges exeunt.yaml: every section by its schema, every connector by its kind's. */
export function readSettingsFile(
  file: { readonly path: string; readonly text: string },
  env: Env,
  connectorKinds: ConnectorKinds,
): SettingsFile {
  const document = readDocument(file, env);
  const judge = createJudge(document);
  const { problems, secrets } = judge;
  // An empty file is a group without settings: then each missing one is named.
  const root = document.value === null || (document.value === undefined && problems.length === 0) ? {} : document.value;
  if (!isRecord(root)) {
    if (problems.length === 0)
      judge.say([], 'The file is no group of settings.', 'Copy exeunt.example.yaml and change it.');
    return { sections: noSections, connectors: [], connectorIds: undefined, problems, secrets, at: document.at };
  }

  const known = [...Object.keys(sections), 'connectors'];
  for (const key of Object.keys(root).filter((key) => !known.includes(key))) judge.unknownKey([key], known);

  // A section that is not there is judged as an empty one, so that each missing setting is named.
  const sound = {
    company: judge.judge(sections.company, root['company'] ?? {}, ['company']),
    people: judge.judge(sections.people, root['people'] ?? {}, ['people']),
    slack: judge.judge(sections.slack, root['slack'] ?? {}, ['slack']),
    policy: judge.judge(sections.policy, root['policy'] ?? {}, ['policy']),
    hooks: judge.judge(sections.hooks, root['hooks'] ?? {}, ['hooks']),
  };

  const listed = root['connectors'] ?? {};
  const group = isRecord(listed) ? listed : {};
  if (Object.keys(group).length === 0)
    judge.say(
      ['connectors'],
      'No connector is listed.',
      'Write connectors: and below it okta: and below that kind: okta',
    );
  const connectors = Object.entries(group).flatMap(([id, given]) =>
    connector(judge, id, given, connectorKinds, document),
  );
  const connectorIds = Object.keys(group);
  return { sections: sound, connectors, connectorIds, problems, secrets, at: document.at };
}

function connector(
  { judge, say }: Judge,
  id: string,
  given: unknown,
  connectorKinds: ConnectorKinds,
  document: SettingsDocument,
): ConnectorSettings[] {
  const path = ['connectors', id];
  const kinds = Object.keys(connectorKinds);
  if (!connectorName.test(id)) {
    const write = 'Write a name of small letters, digits and hyphens, as in okta: or github-emea:';
    say(path, 'This is not a name for a connector.', write, document.keyAt(path));
  }
  if (!isRecord(given)) {
    say(path, 'A connector is a group of settings.', `Below it write kind: ${nearest(id, kinds) ?? kinds[0]}`);
    return [];
  }
  const { kind, ...settings } = given;
  const schema = typeof kind === 'string' && Object.hasOwn(connectorKinds, kind) ? connectorKinds[kind] : undefined;
  if (typeof kind === 'string' && schema) {
    const judged = judge(schema, settings, path);
    return judged === undefined ? [] : [{ id, kind, settings: judged }];
  }
  const what = Object.hasOwn(given, 'kind')
    ? oneOf(kinds, kind)
    : `The kind is missing; it is one of ${kinds.join(', ')}.`;
  say([...path, 'kind'], what, `Write kind: ${nearest(typeof kind === 'string' ? kind : id, kinds) ?? kinds[0]}`);
  return [];
}

const noSections: SoundSections = {
  company: undefined,
  people: undefined,
  slack: undefined,
  policy: undefined,
  hooks: undefined,
};
