import { createHmac } from 'node:crypto';
import { createBot, type Bot } from '#bot/bot.ts';
import { createHands, type Hands } from '#local/slack/hands.ts';
import { openKeep } from '#local/company/keep.ts';
import { app } from '#local/slack/records.ts';
import type { Message } from '#local/slack/records.ts';
import { openSlackDouble, type SlackDouble } from '#local/slack/slack.ts';
import { secret } from '#model/secret.ts';
import { engineDouble, type EngineDouble } from './engine-double.ts';
import { memoryStore } from './memory-store.ts';
import { dana, everybody, leo, slackIdOf } from './people.ts';

export const channel = 'C0OFFBOARD';
export const team = { id: 'T0BRIGHT01', name: 'Brightwater', domain: 'brightwater' };
const signingSecret = 'signing-secret-of-the-tests';
const botToken = 'xoxb-of-the-tests';

export interface World extends AsyncDisposable {
  readonly slack: SlackDouble;
  readonly engine: EngineDouble;
  readonly bot: Bot;
  readonly hands: Hands;
  readonly store: ReturnType<typeof memoryStore>;
  readonly logged: readonly { readonly message: string; readonly data: unknown }[];
  /** Sends a request as Slack would, or nearly: what is given here differs. Gives the HTTP status and body. */
  send(form: Readonly<Record<string, string>>, forgery?: Forgery): Promise<{ status: number; text: string }>;
  /** The form of a slash command. */
  commandForm(as: string, text: string, more?: Readonly<Record<string, string>>): Record<string, string>;
  /** The form of a pressed button. */
  pressForm(as: string, button: PressedButton, more?: Readonly<Record<string, unknown>>): Record<string, string>;
  /** What only this member sees, newest last. */
  privately(as: string): readonly string[];
  /** The card of a case. */
  card(caseId: string): Message;
  /** The value of a button of the card. */
  valueOf(caseId: string, actionId: string): string;
  /** Stops the bot and starts another that remembers what is stored, and nothing else. */
  restart(): Promise<void>;
  /** Waits until something is so; fails after three seconds. */
  until(what: () => boolean): Promise<void>;
}

export interface Forgery {
  readonly atSeconds?: number;
  readonly signedWith?: string;
  readonly signature?: string;
}
export interface PressedButton {
  readonly actionId: string;
  readonly value: string;
  readonly channel?: string;
  readonly ts: string;
}

/** Real Bolt over HTTP, between the Slack double and the engine's double. Dana and Leo are not in the approval channel. */
export async function openWorld(
  options: { cardEditsEveryMs?: number; members?: readonly string[] } = {},
): Promise<World> {
  const inside = everybody.filter(({ id }) => id !== dana.id && id !== leo.id).map(slackIdOf);
  const slack = await openSlackDouble({
    keep: openKeep(':memory:'),
    team,
    members: [
      ...everybody.map((person) => ({ id: slackIdOf(person), name: person.displayName, email: person.email })),
      { id: 'U0GUEST', name: 'Guest', email: 'guest@elsewhere.example', isRestricted: true },
      { id: 'U0UNLINKED', name: 'Nobody', email: 'nobody@elsewhere.example' },
    ],
    channels: [
      {
        id: channel,
        name: 'offboarding',
        isPrivate: true,
        members: [app.botUserId, 'U0GUEST', 'U0UNLINKED', ...(options.members ?? inside)],
      },
    ],
    signingSecret,
    botToken,
  });
  const engine = engineDouble();
  const store = memoryStore();
  const logged: { message: string; data: unknown }[] = [];
  async function startBot(): Promise<{ bot: Bot; hands: Hands; eventsUrl: string }> {
    const bot = createBot({
      engine,
      settings: {
        mode: 'http',
        botToken: secret(botToken),
        signingSecret: secret(signingSecret),
        channel,
        teams: [team.id],
        apiUrl: slack.apiUrl,
        host: '127.0.0.1',
        port: 0,
        cardEditsEveryMs: options.cardEditsEveryMs ?? 10,
      },
      store,
      buttonSecret: secret('button-secret-of-the-tests'),
      now: Date.now,
      log: (message, data) => void logged.push({ message, data }),
    });
    engine.notifier = bot.notifier;
    await bot.start();
    const eventsUrl = bot.eventsUrl ?? '';
    return { bot, eventsUrl, hands: createHands({ slack, eventsUrl, patienceMs: 1000 }) };
  }
  let running = await startBot();

  async function send(form: Readonly<Record<string, string>>, forgery: Forgery = {}) {
    const body = new URLSearchParams(form).toString();
    const at = String(forgery.atSeconds ?? Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', forgery.signedWith ?? signingSecret)
      .update(`v0:${at}:${body}`)
      .digest('hex');
    const response = await fetch(running.eventsUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': at,
        'x-slack-signature': forgery.signature ?? `v0=${mac}`,
      },
      body,
      signal: AbortSignal.timeout(5000),
    });
    return { status: response.status, text: await response.text() };
  }

  function card(caseId: string): Message {
    const stored = store.cards.get(caseId);
    const message = stored && slack.workspace.message(stored.channel, stored.ts);
    if (!message) throw new Error(`there is no card of ${caseId}`);
    return message;
  }

  return {
    slack,
    engine,
    get bot() {
      return running.bot;
    },
    get hands() {
      return running.hands;
    },
    store,
    logged,
    send,
    card,
    commandForm: (as, text, more = {}) => ({
      command: '/offboard',
      text,
      user_id: as,
      team_id: team.id,
      channel_id: channel,
      trigger_id: slack.workspace.makeTrigger(as),
      response_url: slack.responseUrl({ userId: as, channel }),
      ...more,
    }),
    pressForm: (as, { actionId, value, ts, channel: where = channel }, more = {}) => ({
      payload: JSON.stringify({
        type: 'block_actions',
        team: { id: team.id },
        user: { id: as, team_id: team.id },
        trigger_id: slack.workspace.makeTrigger(as),
        container: { type: 'message', message_ts: ts, channel_id: where },
        channel: { id: where },
        actions: [{ type: 'button', action_id: actionId, block_id: 'b', value }],
        response_url: slack.responseUrl({ userId: as, channel: where, ts }),
        ...more,
      }),
    }),
    privately: (as) =>
      slack.workspace
        .messagesIn(channel)
        .filter(({ visibleTo }) => visibleTo === as)
        .map(({ text }) => text),
    valueOf(caseId, actionId) {
      const found = new RegExp(`"action_id":"${actionId}"[^}]*?\\}[^}]*?"value":"([^"]+)"`).exec(
        JSON.stringify(card(caseId).blocks),
      );
      if (!found?.[1]) throw new Error(`the card of ${caseId} has no button ${actionId}`);
      return found[1];
    },
    async restart() {
      await running.bot.stop();
      running = await startBot();
    },
    async until(what) {
      for (let tries = 0; tries < 150; tries += 1) {
        if (what()) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`this did not become so: ${what.toString()}`);
    },
    async [Symbol.asyncDispose]() {
      await running.bot.stop();
      await slack.close();
    },
  };
}
