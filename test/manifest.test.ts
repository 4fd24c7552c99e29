import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { slashCommands } from '#bot/bot.ts';
import { botScopes } from '#bot/scopes.ts';

const root = join(import.meta.dirname, '..');
const Manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(1), minor_version: z.literal(1) }),
  display_information: z.strictObject({
    name: z.string().max(35),
    description: z.string().max(140),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  features: z.strictObject({
    bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\/[a-z-]{1,31}$/),
          url: z.url({ protocol: /^https$/ }).optional(),
          description: z.string().max(2000),
          usage_hint: z.string().max(1000),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({
    interactivity: z.strictObject({
      is_enabled: z.literal(true),
      request_url: z.url({ protocol: /^https$/ }).optional(),
    }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

const read = (name: string) => Manifest.parse(parse(readFileSync(join(root, name), 'utf8')));
const socket = read('manifest.yml');
const http = read('manifest.http.yml');

/** The scopes of a bot, any of which lets it call the method (docs.slack.dev/reference/methods, read in November 2026). */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.getPermalink': [],
  'users.info': ['users:read'],
  'users.lookupByEmail': ['users:read.email'],
  'conversations.info': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'conversations.list': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'conversations.members': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'views.open': [],
  'views.push': [],
  'views.update': [],
  filesUploadV2: ['files:write'],
};
/** Scopes that no method asks for, and what does. */
const byItself: readonly string[] = ['commands'];

/** The Web API methods that the bot's code calls. */
function methodsUsed(): readonly string[] {
  const files = readdirSync(join(root, 'src/bot'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const found = files.flatMap((name) => [
    ...readFileSync(join(root, 'src/bot', name), 'utf8').matchAll(/\b(?:slack|client)\.((?:[a-z]+\.)?[a-zA-Z0-9]+)\(/g),
  ]);
  return [...new Set(found.flatMap(([, method]) => method ?? []))].sort();
}

describe.each([
  ['manifest.yml', socket],
  ['manifest.http.yml', http],
])('%s', (_name, manifest) => {
  it('names the commands that the bot answers, and no others', () => {
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual([...slashCommands]);
  });

  it('lets @person arrive as an id', () => {
    expect(manifest.features.slash_commands.map(({ should_escape }) => should_escape)).toEqual([true]);
  });

  it('asks for the scopes that the bot needs, which are those that the check looks for', () => {
    expect(manifest.oauth_config.scopes.bot).toEqual([...botScopes]);
  });

  it('asks for a scope for every method that the bot calls', () => {
    const asked = new Set(manifest.oauth_config.scopes.bot);
    const lacking = methodsUsed().filter((method) => {
      const any = scopesOf[method];
      return !any || (any.length > 0 && !any.some((scope) => asked.has(scope)));
    });

    expect(methodsUsed()).toContain('chat.postMessage');
    expect(lacking).toEqual([]);
  });

  it('asks for no scope that nothing needs', () => {
    const needed = new Set([...byItself, ...methodsUsed().flatMap((method) => scopesOf[method] ?? [])]);

    for (const scope of manifest.oauth_config.scopes.bot) expect(needed).toContain(scope);
    expect(manifest.oauth_config.scopes.bot.filter((scope) => /history|admin|public|customize/.test(scope))).toEqual(
      [],
    );
  });
});

describe('the two manifests', () => {
  it('differ only in how requests arrive', () => {
    const { socket_mode_enabled: one, interactivity: _one, ...settings } = socket.settings;
    const { socket_mode_enabled: other, interactivity, ...same } = http.settings;

    expect([one, other]).toEqual([true, false]);
    expect(same).toEqual(settings);
    expect(http.oauth_config).toEqual(socket.oauth_config);
    expect(http.features.slash_commands.map(({ url: _url, ...rest }) => rest)).toEqual(socket.features.slash_commands);
    for (const { url } of http.features.slash_commands) expect(url).toBe(interactivity.request_url);
  });
});

describe('the table of scopes', () => {
  it('holds the methods that the bot calls, and no others', () => {
    expect(Object.keys(scopesOf).sort()).toEqual(methodsUsed());
  });

  const published = join(root, '../shared/openapi/slack-methods.json');
  const there = existsSync(published);
  if (!there)
    console.log('skipped: the table of scopes is not compared with the published one, which is not on this machine');

  it.skipIf(!there)('says the same as the published one', () => {
    const Published = z.record(
      z.string(),
      z.object({ scope: z.object({ bot: z.array(z.string()).optional() }).optional() }),
    );
    const methods = Published.parse(JSON.parse(readFileSync(published, 'utf8')));
    const compared = Object.entries(scopesOf).filter(([method]) => method in methods);

    expect(compared.length).toBeGreaterThan(0);
    for (const [method, scopes] of compared)
      expect([method, ...(methods[method]?.scope?.bot ?? [])].sort()).toEqual([method, ...scopes].sort());
  });
});
