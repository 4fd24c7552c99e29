import { join } from 'node:path';
import { connectorDefinitions } from '#engine/connectors/index.ts';
import { createHttp } from '#engine/http/client.ts';
import { lockFolder } from '#local/lock.ts';
import { channel, type LocalWorld, openLocalWorld, team } from '#local/world.ts';
import { shortPath } from '#local/durable-engine/short-path.ts';
import { Policy } from '#model/policy.ts';
import { secret } from '#model/secret.ts';
import { connectAll } from './connect.ts';
import type { Log } from './log.ts';
import { openProduct } from './product.ts';

/** Who may do what in the emulated company. */
const localPolicy = Policy.parse({
  requesters: { departments: ['People', 'IT'] },
  approvers: { departments: ['Security'], people: ['tomas.lindqvist@brightwater.example'] },
  auditors: { departments: ['Audit', 'Legal'] },
  protected: ['grace.okafor@brightwater.example'],
});

export interface Running {
  /** What one line of output says: where the page is and where the data lies. */
  readonly page: string;
  readonly data: string;
  /** Where the bot listens for Slack; the HR webhook has the same origin. */
  readonly eventsUrl: string;
  /** The emulated company and its Slack: whoever tries the product makes their weather. */
  readonly world: LocalWorld;
  close(): Promise<void>;
}

/**
 * Runs the product in the local world: nothing leaves this machine, and everything is kept in `folder`. `policy` replaces
 * parts of the local policy, so that a trial need not wait as long as people would.
 */
export async function runLocal(input: {
  folder: string;
  port: number | undefined;
  log: Log;
  policy?: Partial<Policy>;
}): Promise<Running> {
  const { folder, log } = input;
  const lock = await lockFolder(join(await shortPath(folder, '/lock.sock'.length), 'lock.sock'));
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }];
  try {
    const world = await openLocalWorld(folder);
    opened.unshift(world);
    const product = await openProduct({
      mongoUri: world.mongoUri,
      durable: {
        ingress: world.engine.ingress,
        register: (uri) => world.engine.admin.register(uri),
        identityKeys: [world.engine.identityKey],
        worker: { host: '127.0.0.1', port: 0 },
      },
      connectors: connectAll(localConnectors(world), createHttp({ allow: 'loopback' })),
      peopleSource: 'okta',
      policy: { ...localPolicy, ...input.policy },
      slack: {
        mode: 'http',
        botToken: secret(world.secrets.botToken),
        signingSecret: secret(world.secrets.signingSecret),
        channel: channel.id,
        teams: [team.id],
        apiUrl: world.slack.apiUrl,
        host: '127.0.0.1',
        port: 0,
        cardEditsEveryMs: 300,
      },
      buttonSecret: secret(world.secrets.buttonSecret),
      hookSecret: secret(world.secrets.hookSecret),
      log,
    });
    opened.unshift(product);
    const { eventsUrl } = product;
    if (!eventsUrl) throw new Error('the bot told no address');
    const { url } = await world.openPage(eventsUrl, input.port);
    lock.tell(url);
    return { page: url, data: folder, eventsUrl, world, close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

async function closeAll(opened: readonly { close(): Promise<void> }[]): Promise<void> {
  for (const part of opened) await part.close();
}

/** The connectors of the emulated company, judged by the same schemas as real settings. */
function localConnectors({ company, slack: _slack }: Awaited<ReturnType<typeof openLocalWorld>>) {
  const raw: Record<string, Record<string, unknown>> = {
    okta: { kind: 'okta', url: company.okta.url, token: company.okta.token },
    github: {
      kind: 'github',
      url: company.gitHub.url,
      token: company.gitHub.token,
      organization: company.gitHub.organization,
    },
    google: { kind: 'google', url: company.google.url, token: company.google.token },
    ledgerly: { kind: 'scim', name: 'Ledgerly', url: company.scim.url, token: company.scim.token },
    badges: {
      kind: 'task',
      name: 'Door badges',
      owner: 'ivo.petrov@brightwater.example',
      people: 'everyone',
      howTo: 'Block the badge in the door system at the front desk, then write down the badge number.',
    },
  };
  return Object.entries(raw).map(([id, { kind, ...settings }]) => {
    const definition = connectorDefinitions.find((one) => one.kind === kind);
    if (!definition) throw new Error(`There is no connector of the kind ${String(kind)}.`);
    return { id, kind: definition.kind, settings: definition.settings.parse(settings) };
  });
}
