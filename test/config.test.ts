import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectorDefinitions } from '#engine/connectors/index.ts';
import { loadConfig, readConfig, secretsOf } from '#src/config.ts';
import { sections } from '#src/config/sections.ts';
import {
  connectorKinds,
  example,
  expectNoSecret,
  problemsOf,
  read,
  real,
  smallest,
  values,
} from './config/settings.ts';

describe('without settings', () => {
  it('is the local world', () => {
    expect(read(undefined, {})).toEqual({ mode: 'local', dataFolder: 'data' });
  });

  it('takes the data folder and the port from the environment', () => {
    const env = { EXEUNT_DATA: '/var/lib/exeunt', EXEUNT_PORT: '4600', SLACK_BOT_TOKEN: '' };

    expect(read(undefined, env)).toEqual({ mode: 'local', dataFolder: '/var/lib/exeunt', port: 4600 });
  });

  it.each([
    'SLACK_BOT_TOKEN',
    'SLACK_APP_TOKEN',
    'SLACK_SIGNING_SECRET',
    'MONGODB_URI',
    'RESTATE_INGRESS_URL',
    'RESTATE_ADMIN_URL',
    'EXEUNT_WORKER_URL',
  ])('is no local world as soon as %s is set', (name) => {
    const problems = problemsOf(read(undefined, { [name]: 'https://something.example' }));

    expect(problems.map(({ what }) => what)).toContainEqual(`${name} is set, and there is no exeunt.yaml.`);
  });

  it('is no local world when EXEUNT_CONFIG names a file that is not there', () => {
    expect(problemsOf(read(undefined, { EXEUNT_CONFIG: 'other.yaml' }))).toMatchObject([
      { at: 'environment EXEUNT_CONFIG' },
    ]);
  });

  it('does not begin with a port that is none', () => {
    expect(problemsOf(read(undefined, { EXEUNT_PORT: '70000' }))).toMatchObject([{ at: 'environment EXEUNT_PORT' }]);
  });
});

describe('exeunt.example.yaml', () => {
  it('has no problem, and makes real settings', () => {
    const config = read(example);

    expect(problemsOf(config)).toEqual([]);
    expect(config).toMatchObject({
      mode: 'real',
      company: { name: 'Brightwater' },
      people: { connector: 'okta' },
      slack: { channel: '#offboarding', teams: ['T0123ABCD'], mode: 'socket', host: '127.0.0.1', port: 3000 },
      policy: { approvals: { contain: 1, delete: 2 }, retry: { attempts: 6 } },
      connectors: [
        { id: 'okta', kind: 'okta' },
        { id: 'github', kind: 'github', settings: { url: 'https://api.github.com', organization: 'brightwater' } },
      ],
    });
  });

  it('has no problem with the connectors that there are', () => {
    const kinds = Object.fromEntries(connectorDefinitions.map(({ kind, settings }) => [kind, settings]));

    const config = readConfig({ env: values, file: { path: 'exeunt.yaml', text: example }, connectorKinds: kinds });

    expect(problemsOf(config)).toEqual([]);
  });

  it('gives out secrets only to who reveals them', () => {
    const config = real(read(example));

    expect(config.slack.botToken.reveal()).toBe(values.SLACK_BOT_TOKEN);
    expect(config.hooks.hr?.secret.reveal()).toBe(values.HR_WEBHOOK_SECRET);
    expect(config.mongoUri?.reveal()).toBe(values.MONGODB_URI);
    expectNoSecret(config);
    const all = secretsOf(config).map((one) => one.reveal());
    expect(new Set(all)).toEqual(new Set(Object.values(values)));
  });

  it('takes the embedded database and the durable engine of its own where no address is set', () => {
    const { MONGODB_URI: _uri, ...env } = values;

    const config = real(read(example, env));

    expect(config).not.toHaveProperty('mongoUri');
    expect(config).not.toHaveProperty('restate');
  });

  it('needs only what has no default', () => {
    const config = real(read(smallest));

    expect(config.policy).toMatchObject({
      approvers: { departments: ['Security'] },
      approvals: { contain: 1, delete: 1 },
      expiresAfterHours: 24,
      retentionDays: 30,
      breaker: { people: 10, percent: 1, windowMinutes: 30, approvals: 2 },
      retry: { attempts: 6, firstDelayMs: 2000, maxDelayMs: 900_000 },
    });
    expect(config.hooks).toEqual({});
  });
});

describe('a value from the environment', () => {
  it('may be a number or a truth value where one belongs', () => {
    const config = real(read(example.replace('retentionDays: 30', 'retentionDays: ${DAYS}'), { ...values, DAYS: '7' }));

    expect(config.policy.retentionDays).toBe(7);
  });

  it('is named, and not shown, where it does not fit', () => {
    const env = { ...values, DAYS: 'a-week-or-so' };

    const problems = problemsOf(read(example.replace('retentionDays: 30', 'retentionDays: ${DAYS}'), env));

    expect(problems).toMatchObject([{ path: 'policy.retentionDays', what: expect.stringContaining('DAYS') }]);
    expect(JSON.stringify(problems)).not.toContain('a-week');
  });
});

describe('the settings of this process', () => {
  it('come from exeunt.yaml in the root', async () => {
    const root = await mkdtemp(join(tmpdir(), 'exeunt-config-'));
    try {
      await writeFile(join(root, 'exeunt.yaml'), 'company: 1\n');

      const config = loadConfig(root, connectorKinds);

      expect(problemsOf(config)).toContainEqual(expect.objectContaining({ at: 'exeunt.yaml:1:10', path: 'company' }));
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe('docs/settings.md', () => {
  const page = readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8');

  it.each(Object.entries(sections))('names every setting of %s', (name, schema) => {
    const part = page.split(/^### /m).find((text) => text.startsWith(`${name}\n`));

    expect(part).toBeDefined();
    expect(
      leaves(schema).filter((key) => !part?.includes(`\`${key}`) && !part?.includes(`\`${parent(key)}\``)),
    ).toEqual([]);
  });

  it.each(connectorDefinitions.map(({ kind, settings }) => ({ kind, settings })))(
    'names every setting of $kind',
    ({ kind, settings }) => {
      const rows = page.split(new RegExp(`^\\| \`${kind}\` \\|`, 'm'))[1]?.split(/^\| `/m)[0];

      expect(leaves(settings).filter((key) => !rows?.includes(`\`${key}\``))).toEqual([]);
    },
  );

  it('names every variable', () => {
    const source = readFileSync(new URL('../src/config/environment.ts', import.meta.url), 'utf8');

    const names = new Set(source.match(/\b(?:SLACK|MONGODB|RESTATE|EXEUNT)_[A-Z_]+\b/g));

    expect(names.size).toBeGreaterThan(8);
    expect([...names].filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });
});

/** The settings below a schema, as in `breaker.people`. */
function leaves(schema: unknown): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault)
    return leaves(schema.unwrap());
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) => {
    const below = leaves(inner);
    return below.length === 0 ? [key] : below.map((rest) => `${key}.${rest}`);
  });
}

function parent(key: string): string {
  return key.split('.').slice(0, -1).join('.');
}
