import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { z } from 'zod';
import { isSecret, SecretText } from '#model/secret.ts';
import { readConfig, type Config, type RealConfig } from '#src/config.ts';
import type { Problem } from '#src/config/problem.ts';

export const example = readFileSync(new URL('../../exeunt.example.yaml', import.meta.url), 'utf8');

export const connectorKinds = {
  okta: z.object({ url: z.url(), token: SecretText, settleMs: z.int().positive().optional() }),
  github: z.strictObject({
    url: z.url().default('https://api.github.com'),
    organization: z.string().min(1),
    token: SecretText,
    logins: z.record(z.email(), z.string()).optional(),
  }),
  /** A schema as careless as can be: its message quotes the value. */
  careless: z.object({ token: SecretText.refine(() => false, { error: ({ input }) => `is wrong: ${reveal(input)}` }) }),
  scim: z.discriminatedUnion('auth', [
    z.object({ auth: z.literal('bearer'), url: z.url(), token: SecretText.optional() }),
    z.object({ auth: z.literal('key'), url: z.url(), key: SecretText.transform((key) => ({ key })) }),
    z.object({ auth: z.literal('basic'), url: z.url(), user: z.string(), password: SecretText.readonly() }),
  ]),
};

export const values = {
  OKTA_TOKEN: 'okta-token-of-the-test',
  GITHUB_TOKEN: 'github-token-of-the-test',
  HR_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
  SLACK_BOT_TOKEN: 'xoxb-bot-token-of-the-test',
  SLACK_APP_TOKEN: 'xapp-app-token-of-the-test',
  SLACK_SIGNING_SECRET: 'signing-secret-of-the-test',
  MONGODB_URI: 'mongodb://exeunt:mongo-password@db.example/exeunt',
};

export const smallest = `
company: { name: Small }
people: { connector: okta }
slack: { channel: C0123ABCD, teams: [T0123ABCD] }
policy: { approvers: { departments: [Security] } }
connectors:
  okta: { kind: okta, url: https://small.okta.com, token: "\${OKTA_TOKEN}" }
`;

export function read(text: string | undefined, env: Record<string, string | undefined> = values): Config {
  return readConfig({ env, file: text === undefined ? undefined : { path: 'exeunt.yaml', text }, connectorKinds });
}

export function problemsOf(config: Config): readonly Problem[] {
  return 'problems' in config ? config.problems : [];
}

export function real(config: Config): RealConfig {
  if (!('mode' in config) || config.mode !== 'real') throw new Error(inspect(config, { depth: 5 }));
  return config;
}

export function expectNoSecret(value: unknown): void {
  for (const text of [JSON.stringify(value), inspect(value, { depth: 10 }), String(value)])
    for (const secret of [...Object.values(values), 'literal-secret', 'mongo-password'])
      expect(text).not.toContain(secret);
}

function reveal(value: unknown): string {
  return isSecret(value) ? value.reveal() : '';
}
