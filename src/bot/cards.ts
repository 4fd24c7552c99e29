import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import type { types } from '@slack/bolt';
import type { CaseView, Engine } from '#engine/engine.ts';
import { createEdits } from './edits.ts';
import type { Log } from './log.ts';
import { batchCard } from './messages/batch-card.ts';
import { card } from './messages/card.ts';
import { sentence, type Message } from './messages/text.ts';
import { namesFor, namesOf } from './names.ts';
import type { SlackPeople } from './people.ts';
import { createPlace } from './place.ts';
import type { Seal } from './seal.ts';
import type { BotStore, StoredCard } from './store.ts';

/** The cards in Slack: projections of the engine's record, one message a case and one a held batch. */
export interface Cards {
  /** Makes sure that there is a card; posts it where there is none. */
  ensure(key: string): Promise<StoredCard>;
  /** Brings the card up to date; resolves when it shows the state of now, or a later one. */
  renew(key: string): Promise<void>;
  /** The same, without waiting: tried again for a while when Slack does not take it. */
  renewSoon(key: string): void;
  /** Says a sentence in the card's thread, once for each notice. */
  say(key: string, noticeId: string, text: string): Promise<void>;
  /** A link to the card, where there is one. */
  link(key: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The key of a case's card: the card of the batch as long as that holds it. */
export function cardKey(view: Pick<CaseView, 'id' | 'phase' | 'batchId'>): string {
  return view.phase === 'held' && view.batchId ? batchKey(view.batchId) : view.id;
}

export function batchKey(batchId: string): string {
  return `batch:${batchId}`;
}

export interface CardsDeps {
  readonly engine: Engine;
  readonly store: BotStore;
  readonly slack: WebClient;
  readonly seal: Seal;
  readonly people: SlackPeople;
  /** The id of the channel where cards stand. */
  readonly channel: () => string;
  readonly cardEditsEveryMs: number;
  readonly now: () => number;
  readonly log: Log;
}

const quiet = { unfurl_links: false, unfurl_media: false } as const;
const mostTries = 8;
const closeLimitMs = 5_000;

export function createCards(deps: CardsDeps): Cards {
  const { engine, store, slack, seal, channel, now, log } = deps;
  const edits = createEdits({ edit, everyMs: deps.cardEditsEveryMs, now });
  const placeFor = createPlace(deps);
  /** Posts under way: two notices at once make one card. */
  const posting = new Map<string, Promise<StoredCard>>();
  /** Tries again that wait; cleared when the bot stops. */
  const retries = new Map<string, NodeJS.Timeout>();
  let closed = false;

  async function content(key: string, where: string): Promise<Message<types.KnownBlock>> {
    if (key.startsWith('batch:')) {
      const batch = await engine.batch(key.slice('batch:'.length));
      if (!batch) throw new Error('bot: card: the engine does not know this batch; nothing was shown.');
      const names = await namesOf(
        engine,
        batch.votes.map(({ by }) => by),
      );
      return batchCard({ batch, names, sealFor: (action, ref) => seal.sign(action, where, { caseId: batch.id, ref }) });
    }
    const view = await engine.case(key);
    if (!view) throw new Error('bot: card: the engine does not know this case; nothing was shown.');
    const names = await namesFor(engine, view);
    return card({ view, names, sealFor: (action, ref) => seal.sign(action, where, { caseId: view.id, ref }) });
  }

  async function ensure(key: string): Promise<StoredCard> {
    const known = await store.card(key);
    if (known) return known;
    const run = posting.get(key) ?? post(key).finally(() => posting.delete(key));
    posting.set(key, run);
    return run;
  }

  async function post(key: string): Promise<StoredCard> {
    const where = await placeOf(key);
    // Not tried again here: an answer that got lost would post a second card. The engine asks again; of two cards only
    // the one that is stored works, the other leads to it.
    const posted = await slack.chat.postMessage({ channel: where, ...(await content(key, where)), ...quiet });
    if (!posted.channel || !posted.ts) throw new Error('bot: card: Slack took the card and did not say where it is.');
    const stored = await store.saveCard(key, { channel: posted.channel, ts: posted.ts });
    // A direct conversation tells its id only now: the buttons are signed for it by an edit.
    if (stored.channel !== where) renewSoon(key);
    return stored;
  }

  async function placeOf(key: string): Promise<string> {
    if (key.startsWith('batch:')) return channel();
    const view = await engine.case(key);
    if (!view) throw new Error('bot: card: the engine does not know this case; nothing was shown.');
    return placeFor(view);
  }

  async function edit(key: string): Promise<void> {
    const stored = await store.card(key);
    if (!stored) return;
    const { channel: where, ts } = stored;
    try {
      await slack.chat.update({ channel: where, ts, ...(await content(key, where)) });
    } catch (error) {
      if (!isGone(error)) throw error;
      // Somebody deleted the message: the next card takes its place.
      await store.forgetCard(key, ts);
      await ensure(key);
    }
  }

  function renewSoon(key: string, tries = 0): void {
    if (closed) return;
    edits.request(key).catch((error: unknown) => {
      log('a card could not be brought up to date', { key, tries, error: nameOf(error) });
      if (closed || tries >= mostTries || retries.has(key)) return;
      const asked = error instanceof WebAPIRateLimitedError ? error.retryAfter * 1000 : 0;
      const timer = setTimeout(
        () => {
          retries.delete(key);
          renewSoon(key, tries + 1);
        },
        Math.max(asked, Math.min(300_000, 1000 * 2 ** tries)),
      );
      retries.set(key, timer);
    });
  }

  return {
    ensure,
    renew: (key) => edits.request(key),
    renewSoon: (key) => renewSoon(key),
    async say(key, noticeId, text) {
      const stored = await ensure(key);
      if (stored.said.includes(noticeId)) return;
      await slack.chat.postMessage({ channel: stored.channel, thread_ts: stored.ts, ...sentence(text), ...quiet });
      await store.markSaid(key, noticeId);
    },
    async link(key) {
      const stored = await store.card(key);
      if (!stored) return undefined;
      return (await slack.chat.getPermalink({ channel: stored.channel, message_ts: stored.ts })).permalink;
    },
    async close() {
      closed = true;
      for (const timer of retries.values()) clearTimeout(timer);
      await edits.close(closeLimitMs);
    },
  };
}

function isGone(error: unknown): boolean {
  return error instanceof WebAPIPlatformError && error.data.error === 'message_not_found';
}

function nameOf(error: unknown): string {
  if (error instanceof WebAPIPlatformError) return error.data.error;
  return error instanceof Error ? error.name : typeof error;
}
