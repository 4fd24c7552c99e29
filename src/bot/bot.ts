import { App, type webApi } from '@slack/bolt';
import type { Engine } from '#engine/engine.ts';
import type { Notifier } from '#engine/notifier.ts';
import type { Secret } from '#model/secret.ts';
import { allowBatch } from './actions/allow-batch.ts';
import { approve, approveDeletion, reject } from './actions/decide.ts';
import { sendEvidence } from './actions/evidence.ts';
import { turnPage, viewPlan } from './actions/plan.ts';
import { attest, cancel, lookAgain, retryStep, undo } from './actions/steer.ts';
import { cardKey } from './card-keys.ts';
import { createCards } from './cards.ts';
import { findChannel } from './channel.ts';
import { approveCase, cancelCase, evidenceOfCase, rejectCase, undoCase } from './commands/by-case.ts';
import type { Command } from './commands/grammar.ts';
import { help, unknown, whoami } from './commands/help.ts';
import { list } from './commands/list.ts';
import { choose, open, openByName } from './commands/open.ts';
import { status } from './commands/status.ts';
import { answerErrors } from './failures.ts';
import { createGate } from './gate.ts';
import { type ActionId, actionIds, viewIds } from './ids.ts';
import type { Log } from './log.ts';
import { createNotifier } from './notifier.ts';
import { createSlackPeople } from './people.ts';
import { createPlaces } from './place.ts';
import { eventsUrlOf, httpReceiver, socketReceiver } from './receivers.ts';
import type { ActionHandler, CommandHandler, Desk, SubmissionHandler } from './requests.ts';
import { routeRequests } from './router.ts';
import { createSeal } from './seal.ts';
import type { BotSettings, Route } from './settings.ts';
import { slackLogger } from './slack-logger.ts';
import type { BotStore } from './store.ts';
import { createTasks } from './tasks.ts';
import { submitAttest } from './views/attest.ts';
import { submitDecision } from './views/decide.ts';

export type { BotSettings } from './settings.ts';

/** The slash commands that the bot answers; manifest.yml names the same. */
export const slashCommands = ['/offboard'] as const;

/** Who answers each form of the command. */
const commands: { readonly [Kind in Command['kind']]: CommandHandler<Kind> } = {
  open,
  openByName,
  status,
  list,
  approve: approveCase,
  reject: rejectCase,
  cancel: cancelCase,
  undo: undoCase,
  evidence: evidenceOfCase,
  whoami,
  help,
  unknown,
};

/** Who answers each button. */
const actions: Readonly<Record<ActionId, ActionHandler>> = {
  [actionIds.approve]: approve,
  [actionIds.reject]: reject,
  [actionIds.approveDeletion]: approveDeletion,
  [actionIds.cancel]: cancel,
  [actionIds.undo]: undo,
  [actionIds.plan]: viewPlan,
  [actionIds.planPage]: turnPage,
  [actionIds.evidence]: sendEvidence,
  [actionIds.retryStep]: retryStep,
  [actionIds.lookAgain]: lookAgain,
  [actionIds.attest]: attest,
  [actionIds.allowBatch]: allowBatch,
  [actionIds.choose]: choose,
};

/** Who answers each form that is submitted. */
const submissions: Readonly<Record<string, SubmissionHandler>> = {
  [viewIds.decide]: submitDecision,
  [viewIds.attest]: submitAttest,
};

export interface BotDeps {
  readonly engine: Engine;
  readonly settings: BotSettings;
  readonly store: BotStore;
  /** Signs the values of buttons; the same over restarts, or every card is outdated. */
  readonly buttonSecret: Secret;
  /** Paths served beside Slack's, such as a health check. */
  readonly routes?: readonly Route[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export interface Bot {
  readonly app: App;
  readonly notifier: Notifier;
  /** Proves the token, looks at the channel, listens. Rejects in words for whoever set it up. */
  start(): Promise<void>;
  /** Takes no more requests, then lets the last edits land. */
  stop(): Promise<void>;
  /** Where Slack's requests go, in mode `http` and once started. */
  readonly eventsUrl: string | undefined;
}

/** Puts the bot together. It decides nothing: it proves who asks, asks the engine, and shows what the engine answers. */
export function createBot(deps: BotDeps): Bot {
  const { engine, settings, store, now, log } = deps;
  const logger = slackLogger(log);
  const clientOptions = clientOptionsFor(settings);
  const door =
    settings.mode === 'http'
      ? httpReceiver(settings, deps.routes ?? [], logger)
      : socketReceiver(settings, deps.routes ?? [], logger, { ...clientOptions, logger });
  const app = new App({
    receiver: door.receiver,
    token: settings.botToken.reveal(),
    deferInitialization: true,
    extendedErrorHandler: true,
    convoStore: false,
    logger,
    // A copy: Bolt writes into the options that it is given.
    clientOptions: { ...clientOptions },
  });

  const slack = app.client;
  const seal = createSeal(deps.buttonSecret);
  const people = createSlackPeople({ slack, engine, now });
  let channel: string | undefined;
  const places = createPlaces({
    engine,
    slack,
    people,
    channel() {
      if (!channel) throw new Error('bot: card: the bot is not started yet; nothing was shown.');
      return channel;
    },
    now,
  });
  const cards = createCards({
    engine,
    store,
    slack,
    seal,
    places,
    cardEditsEveryMs: settings.cardEditsEveryMs,
    now,
    log,
  });
  const tasks = createTasks({ store, cards, places, log });
  const desk: Desk = { engine, store, cards, people, slack, seal, now, log };
  const gate = createGate(desk, new Set(settings.teams));
  app.use(gate.admit);
  routeRequests(app, { desk, gate, slashCommands, commands, actions, submissions });
  answerErrors(app, { gate, log });

  let eventsUrl: string | undefined;
  return {
    app,
    notifier: createNotifier({ engine, store, slack, cards, tasks, people, log }),
    async start() {
      await app.init();
      channel = await findChannel(slack, settings);
      const port = await door.start();
      if (settings.mode === 'http' && port !== undefined) eventsUrl = eventsUrlOf(settings.host ?? '127.0.0.1', port);
      // What changed while nobody edited the cards: after a crash the last edit may be missing.
      for (const view of await engine.cases({ open: true, limit: 100 })) {
        cards.renewSoon(cardKey(view));
        tasks.renewSoon(view);
      }
    },
    async stop() {
      await door.stop();
      await cards.close();
    },
    get eventsUrl() {
      return eventsUrl;
    },
  };
}

/** Every wait has a limit, and nothing is sent twice by itself: a handler says so, and the engine asks the notifier again. */
function clientOptionsFor({ apiUrl }: BotSettings): webApi.WebClientOptions {
  return {
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: slackLimitMs,
    allowAbsoluteUrls: false,
    // Bolt answers response_urls through this too, and would wait there for ever.
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        signal: AbortSignal.any([AbortSignal.timeout(slackLimitMs), ...(init?.signal ? [init.signal] : [])]),
      }),
  };
}

const slackLimitMs = 10_000;
