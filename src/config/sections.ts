import { z } from 'zod';
import { Policy } from '#model/policy.ts';
import { SecretText, settingNotes } from '#model/secret.ts';

const hookSecretFault =
  'The variable must hold whsec_ and 24 to 64 random bytes in base64; "openssl rand -base64 32" makes the second part';

/** The groups of exeunt.yaml but the connectors, which are judged by their kinds. */
export const sections = {
  company: z.strictObject({
    name: z.string().trim().min(1).max(100).register(settingNotes, { example: 'Brightwater' }),
  }),
  people: z.strictObject({
    /** The connector whose target system knows the company's people. */
    connector: z.string().min(1).max(40).register(settingNotes, { example: 'okta' }),
  }),
  slack: z.strictObject({
    /** Where cases are announced. */
    channel: z
      .string()
      .regex(/^(?:[CG][A-Z0-9]{2,20}|#[^\s#]{1,80})$/, 'This is neither a channel id nor a channel name')
      .register(settingNotes, { example: '"#offboarding"' }),
    /** The workspaces and organizations from which anything is accepted. */
    teams: z
      .array(z.string().regex(/^[TE][A-Z0-9]{2,20}$/, 'This is not the id of a Slack workspace'))
      .min(1)
      .max(50)
      .register(settingNotes, { example: '[T0123ABCD]' }),
    mode: z.enum(['socket', 'http']).default('socket').register(settingNotes, { example: 'socket' }),
    /** Where this process listens: for Slack in mode http, and for hooks. */
    host: z.string().min(1).max(253).default('127.0.0.1').register(settingNotes, { example: '0.0.0.0' }),
    port: z.int().min(1).max(65_535).default(3000).register(settingNotes, { example: '3000' }),
  }),
  policy: Policy,
  hooks: z
    .strictObject({
      hr: z
        .strictObject({
          secret: SecretText.refine((value) => isHookSecret(value.reveal()), hookSecretFault).register(settingNotes, {
            example: '${HR_WEBHOOK_SECRET}',
          }),
        })
        .optional(),
    })
    .prefault({}),
} as const;

export type Sections = { readonly [Name in keyof typeof sections]: z.output<(typeof sections)[Name]> };

/** A connector's name in exeunt.yaml: it stands in step ids and messages. */
export const connectorName = /^[a-z][a-z0-9-]{0,39}$/;

/** 24 to 64 random bytes in base64 behind `whsec_` (https://www.standardwebhooks.com, "Signature scheme"). */
function isHookSecret(text: string): boolean {
  const encoded = text.replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  return text.startsWith('whsec_') && bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64;
}
