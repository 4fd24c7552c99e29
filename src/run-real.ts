import { join } from 'node:path';
import { createHttp } from '#engine/http/client.ts';
import { connectAdmin } from '#local/durable-engine/admin.ts';
import { shortPath } from '#local/durable-engine/short-path.ts';
import { startEngineServer } from '#local/durable-engine/server.ts';
import { lockFolder } from '#local/lock.ts';
import { openDatabaseIn } from '#local/world.ts';
import type { RealConfig } from './config.ts';
import { buttonSecretFrom, connectAll } from './connect.ts';
import type { Log } from './log.ts';
import { openProduct, type ProductInput } from './product.ts';

/** Runs the product on what the settings name; what they do not name is started here and kept in `folder`. */
export async function runReal(
  config: RealConfig,
  input: { folder: string; log: Log },
): Promise<{ data: string; close(): Promise<void> }> {
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    for (const part of opened) await part.close();
  };
  try {
    if (!config.mongoUri || !config.restate) {
      const lock = await lockFolder(join(await shortPath(input.folder, '/lock.sock'.length), 'lock.sock'));
      opened.unshift({ close: () => lock.release() });
    }
    const durable = await durableOf(config, input.folder, opened);
    const mongoUri = await mongoOf(config, input.folder, opened);
    const { slack } = config;
    const product = await openProduct({
      mongoUri,
      durable,
      connectors: connectAll(config.connectors, createHttp({ allow: 'public' })),
      peopleSource: config.people.connector,
      policy: config.policy,
      slack: { ...slack, cardEditsEveryMs: 2_000 },
      buttonSecret: buttonSecretFrom(slack.botToken),
      hookSecret: config.hooks.hr?.secret,
      log: input.log,
    });
    opened.unshift(product);
    return { data: input.folder, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function mongoOf(config: RealConfig, folder: string, opened: { close(): Promise<void> }[]): Promise<string> {
  if (config.mongoUri) return config.mongoUri.reveal();
  const database = await openDatabaseIn(folder);
  opened.unshift(database);
  return database.uri;
}

async function durableOf(
  config: RealConfig,
  folder: string,
  opened: { close(): Promise<void> }[],
): Promise<ProductInput['durable']> {
  if (config.restate) {
    const { ingressUrl, adminUrl, workerUrl } = config.restate;
    const admin = connectAdmin({ url: adminUrl, fetch: globalThis.fetch });
    return {
      ingress: { url: ingressUrl },
      register: (uri) => admin.register(uri),
      identityKeys: [],
      worker: {
        host: workerUrl ? '0.0.0.0' : '127.0.0.1',
        port: workerUrl ? portOf(workerUrl) : 0,
        publicUrl: workerUrl,
      },
    };
  }
  const server = await startEngineServer(join(folder, 'engine'));
  opened.unshift({ close: () => server.stop() });
  return {
    ingress: server.ingress,
    register: (uri) => server.admin.register(uri),
    identityKeys: [server.identityKey],
    worker: { host: '127.0.0.1', port: 0 },
  };
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port ? Number(port) : protocol === 'https:' ? 443 : 80;
}
