import { createConnection } from 'mongoose';
import { createBot, type Bot, type BotSettings } from '#bot/bot.ts';
import { createRecordStore } from '#bot/record-store.ts';
import { startSchedule } from '#bot/schedule.ts';
import type { Connector } from '#engine/connectors/connector.ts';
import { createEngine } from '#engine/create-engine.ts';
import { connectDurable, type Durable } from '#engine/durable.ts';
import type { Engine } from '#engine/engine.ts';
import { createSeen } from '#engine/triggers/seen-records.ts';
import { createHrWebhook, openLeaver } from '#engine/triggers/webhook.ts';
import type { Policy } from '#model/policy.ts';
import { openRecords } from '#model/records.ts';
import type { Secret } from '#model/secret.ts';
import { hookRoutes } from './hook-routes.ts';
import type { Log } from './log.ts';
import { openWorker } from './worker.ts';

/** Everything that the product is given; where each part stands is not its concern. */
export interface ProductInput {
  readonly mongoUri: string;
  readonly durable: {
    readonly ingress: { readonly url: string; readonly fetch?: typeof globalThis.fetch };
    register(workerUrl: string): Promise<{ wasEmpty: boolean }>;
    readonly identityKeys: readonly string[];
    /** Where to listen for the durable engine, and the address it knows when that is another. */
    readonly worker: { readonly host: string; readonly port: number; readonly publicUrl?: string | undefined };
  };
  readonly connectors: ReadonlyMap<string, Connector>;
  /** The connector that knows the company's people. */
  readonly peopleSource: string;
  readonly policy: Policy;
  readonly slack: BotSettings;
  readonly buttonSecret: Secret;
  readonly hookSecret: Secret | undefined;
  readonly log: Log;
}

export interface Product {
  readonly engine: Engine;
  /** Where Bolt listens, in HTTP mode. */
  readonly eventsUrl: string | undefined;
  /** Puts everything away in the order that loses nothing: no new work, then the running work, then the store. */
  close(): Promise<void>;
}

/** Until the store must be reached at the start, in milliseconds. */
const storeLimitMs = 10_000;
const peopleLimitMs = 120_000;

/** Starts the product on the parts it is given, and takes up what an earlier process left. */
export async function openProduct(input: ProductInput): Promise<Product> {
  const { log, policy, connectors } = input;
  const connection = await createConnection(input.mongoUri, {
    serverSelectionTimeoutMS: storeLimitMs,
    // Standalone servers acknowledge from memory unless they are asked to wait for the disk.
    writeConcern: { w: 'majority', j: true },
    ignoreUndefined: true,
    sanitizeFilter: false,
  }).asPromise();
  const records = await openRecords(connection);

  let durable: Durable | undefined;
  let bot: Bot | undefined;
  const { engine, work, people, recover } = createEngine({
    records,
    connectors,
    policy,
    durable: () => there(durable, 'the durable engine'),
    notifier: () => there(bot, 'the bot').notifier,
    now: () => new Date(),
    log,
  });
  const source = connectors.get(input.peopleSource);
  if (!source) throw new Error(`people.connector names ${input.peopleSource}, which is not among the connectors.`);
  const refresh = async () => {
    const seen = await people.refresh(source, AbortSignal.timeout(peopleLimitMs));
    log('people refreshed', { seen });
  };

  const hook =
    input.hookSecret &&
    createHrWebhook({
      secret: input.hookSecret,
      seen: createSeen(records, Date.now),
      now: Date.now,
      open: openLeaver(engine),
    });
  bot = createBot({
    engine,
    settings: input.slack,
    store: createRecordStore(records),
    buttonSecret: input.buttonSecret,
    routes: hookRoutes(hook, log),
    now: Date.now,
    log,
  });

  const { worker: at, identityKeys } = input.durable;
  const worker = await openWorker(work, { host: at.host, port: at.port, identityKeys, log });
  durable = connectDurable(input.durable.ingress);
  const [{ wasEmpty }] = await Promise.all([
    input.durable.register(at.publicUrl ?? worker.url),
    bot.start(),
    firstPeople(refresh, people.count, log),
  ]);
  await recover(wasEmpty);
  const schedule = startSchedule({ refreshPeople: refresh, recover: () => recover(false), log });

  return {
    engine,
    eventsUrl: bot.eventsUrl,
    async close() {
      await schedule.stop();
      await bot?.stop();
      await worker.close();
      await connection.close();
    },
  };
}

/** The first look at the people source. Later starts know the people already and do not fail with it. */
async function firstPeople(refresh: () => Promise<void>, count: () => Promise<number>, log: Log): Promise<void> {
  try {
    await refresh();
  } catch (error) {
    if ((await count()) === 0) throw error;
    log('people could not be refreshed; the ones that are known are used', {
      error: error instanceof Error ? error.name : typeof error,
    });
  }
}

function there<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new Error(`${what} is not started yet`);
  return part;
}
