import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LogLevel, WebClient } from '@slack/web-api';
import { createConnection } from 'mongoose';
import { botScopes } from '#bot/scopes.ts';
import { createHttp } from '#engine/http/client.ts';
import { connectAdmin } from '#local/durable-engine/admin.ts';
import type { Part } from './check.ts';
import type { LocalConfig, RealConfig } from './config.ts';
import { connectAll } from './connect.ts';

/** What `exeunt check` looks at: each part that the settings name, with the rights that the product needs of it. */
export function partsOf(config: LocalConfig | RealConfig, root: string): Part[] {
  const folder = resolve(root, config.dataFolder);
  const data: Part = { name: 'data folder', check: () => checkFolder(folder) };
  if (config.mode === 'local')
    return [
      data,
      { name: 'settings', check: async () => 'none, so this is the local world: nothing outside this machine is used' },
    ];

  const connectors = [...connectAll(config.connectors, createHttp({ allow: 'public' })).values()];
  return [
    ...(config.mongoUri && config.restate ? [] : [data]),
    ...(config.mongoUri ? [mongoPart(config.mongoUri.reveal())] : []),
    ...(config.restate ? [durablePart(config.restate)] : []),
    slackPart(config),
    ...connectors.map((connector): Part => ({
      name: `${connector.name} (${connector.id})`,
      async check(signal) {
        await connector.check(signal);
        const able = Object.keys(connector.operations);
        return able.length > 0 ? `the credentials are good; can ${able.join(', ')}` : 'a person does its steps';
      },
    })),
  ];
}

async function checkFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await access(folder, constants.W_OK);
  return `${folder} can be written`;
}

function mongoPart(uri: string): Part {
  return {
    name: 'MongoDB',
    async check() {
      const connection = await createConnection(uri, { serverSelectionTimeoutMS: 10_000 })
        .asPromise()
        .catch((error: unknown) => {
          throw new Error('MongoDB: it cannot be reached or does not take the credentials. Check MONGODB_URI.', {
            cause: error,
          });
        });
      try {
        const answer = await connection.db?.command({ ping: 1 });
        if (answer?.['ok'] !== 1) throw new Error('MongoDB: it answers, but not to a ping. Check the address.');
        return `database ${connection.name} answers`;
      } finally {
        await connection.close();
      }
    },
  };
}

function durablePart({ ingressUrl, adminUrl }: NonNullable<RealConfig['restate']>): Part {
  return {
    name: 'durable engine',
    async check(signal) {
      const admin = connectAdmin({ url: adminUrl, fetch: globalThis.fetch });
      if (!(await admin.leading()))
        throw new Error('The durable engine takes no work. Check RESTATE_ADMIN_URL and its cluster.');
      const ingress = await fetch(`${ingressUrl.replace(/\/$/, '')}/restate/health`, { signal });
      if (!ingress.ok)
        throw new Error(`The durable engine's ingress answers ${ingress.status}. Check RESTATE_INGRESS_URL.`);
      return 'takes work';
    },
  };
}

function slackPart({ slack }: RealConfig): Part {
  return {
    name: 'Slack',
    async check() {
      const client = new WebClient(slack.botToken.reveal(), {
        retryConfig: { retries: 0 },
        timeout: 10_000,
        // What it would warn of is said by this check.
        logLevel: LogLevel.ERROR,
      });
      const auth = await client.auth.test().catch((error: unknown) => {
        throw new Error(
          'Slack: it cannot be reached or does not take SLACK_BOT_TOKEN. Check the token and the network.',
          { cause: error },
        );
      });
      const granted = auth.response_metadata?.scopes ?? [];
      const missing = botScopes.filter((scope) => !granted.includes(scope));
      if (missing.length > 0)
        throw new Error(`Slack: the token lacks ${missing.join(', ')}. Install the app again from manifest.yml.`);
      if (auth.team_id && !slack.teams.includes(auth.team_id))
        throw new Error(
          `Slack: the token is of workspace ${auth.team_id}, which slack.teams does not name. Add it there.`,
        );
      return `workspace ${auth.team_id ?? ''}, bot ${auth.user_id ?? ''}`;
    },
  };
}
