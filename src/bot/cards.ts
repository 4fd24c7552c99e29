import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import type { Engine } from '#engine/engine.ts';
import { contentOf, knownBatch, knownCase, notHere, readerIn, readerMark } from './card-content.ts';
import { batchCopyKey, batchKey, subjectOf } from './card-keys.ts';
import { createEdits } from './edits.ts';
import { stepRef } from './ids.ts';
import type { Log } from './log.ts';
import { sentence } from './messages/text.ts';
import type { Places } from './place.ts';
import type { Seal } from './seal.ts';
import type { BotStore, StoredCard } from './store.ts';

/** The cards in Slack: projections of the engine's record, one message a case, a held batch and a step by hand. */
export interface Cards {
  /** Makes sure that there is a card; posts it where there is none. */
  ensure(key: string): Promise<StoredCard>;
  /** Brings the card up to date; resolves when it shows the state of now, or a later one. */
  renew(key: string): Promise<void>;
  /** The same, without waiting: tried again for a while when Slack does not take it. */
  renewSoon(key: string): void;
  /** Gives each other approver a card of their own where the batch's stands in direct messages. */
  copyBatch(batchId: string): Promise<void>;
  /** Says a sentence in the card's thread, once for each notice. */
  say(key: string, noticeId: string, text: string): Promise<void>;
  /** A link to the card, where there is one. */
  link(key: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface CardsDeps {
  readonly engine: Engine;
  readonly store: BotStore;
  readonly slack: WebClient;
  readonly seal: Seal;
  readonly places: Places;
  readonly cardEditsEveryMs: number;
  readonly now: () => number;
  readonly log: Log;
}

const quiet = { unfurl_links: false, unfurl_media: false } as const;
const mostTries = 8;
const closeLimitMs = 5_000;

export function createCards(deps: CardsDeps): Cards {
  const { engine, store, slack, places, now, log } = deps;
  const edits = createEdits({ edit, everyMs: deps.cardEditsEveryMs, now });
  /** Posts under way: two notices at once make one card. */
  const posting = new Map<string, Promise<StoredCard>>();
  /** Tries again that wait; cleared when the bot stops. */
  const retries = new Map<string, NodeJS.Timeout>();
  let closed = false;

  async function ensure(key: string): Promise<StoredCard> {
    const known = await store.card(key);
    if (known && !(await mustLeave(key, known))) return known;
    return alone(key, () => (known ? move(key, known) : post(key)));
  }

  function alone(key: string, act: () => Promise<StoredCard>): Promise<StoredCard> {
    const run = posting.get(key) ?? act().finally(() => posting.delete(key));
    posting.set(key, run);
    return run;
  }

  async function post(key: string): Promise<StoredCard> {
    const { where, mark } = await placeOf(key);
    // Not tried again here: an answer that got lost would post a second card. The engine asks again; of two cards only
    // the one that is stored works, the other leads to it.
    const posted = await slack.chat.postMessage({ channel: where, ...(await contentOf(deps, key, where)), ...quiet });
    if (!posted.channel || !posted.ts) throw new Error('bot: card: Slack took the card and did not say where it is.');
    const stored = await store.saveCard(key, { channel: posted.channel, ts: posted.ts });
    if (mark) await store.markSaid(key, mark);
    // A direct conversation tells its id only now: the buttons are signed for it by an edit.
    if (stored.channel !== where) renewSoon(key);
    return stored;
  }

  /** A channel's id or a user's; for a batch in direct messages, the mark of whose they are. */
  async function placeOf(key: string): Promise<{ where: string; mark?: string }> {
    const subject = subjectOf(key);
    if (subject.kind === 'case') return { where: await places.ofCase(await knownCase(engine, subject.caseId)) };
    if (subject.kind === 'task') {
      const view = await knownCase(engine, subject.caseId);
      const step = view.steps.find(({ id }) => stepRef(id) === subject.ref);
      const userId = step && (await places.ofTask(view, step));
      if (userId) return { where: userId };
      throw new Error('bot: card: whoever does this step by hand is not in Slack; nothing was shown.');
    }
    const batch = await knownBatch(engine, subject.batchId);
    if (!subject.readerId && (await places.mayShow(batch))) return { where: places.channel() };
    const readers = await places.readersOf(batch);
    const reader = subject.readerId ? readers.find(({ id }) => id === subject.readerId) : readers[0];
    if (!reader) throw new Error('bot: card: this approver is not asked about the batch any more; nothing was shown.');
    return { where: reader.userId, mark: readerMark(reader.id) };
  }

  /** Whether the card of a batch, which takes more people while it stands, is where one of them would see it. */
  async function mustLeave(key: string, { channel }: StoredCard): Promise<boolean> {
    const subject = subjectOf(key);
    if (subject.kind !== 'batch' || channel !== places.channel()) return false;
    return !(await places.mayShow(await knownBatch(engine, subject.batchId)));
  }

  async function move(key: string, { channel, ts }: StoredCard): Promise<StoredCard> {
    try {
      await slack.chat.update({ channel, ts, ...notHere });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    await store.forgetCard(key, ts);
    return post(key);
  }

  async function edit(key: string): Promise<void> {
    const stored = await store.card(key);
    if (!stored) return;
    const { channel: where, ts } = stored;
    if (await mustLeave(key, stored)) {
      await alone(key, () => move(key, stored));
      return;
    }
    try {
      await slack.chat.update({ channel: where, ts, ...(await contentOf(deps, key, where)) });
    } catch (error) {
      if (!isGone(error)) throw error;
      // Somebody deleted the message: the next card takes its place.
      await store.forgetCard(key, ts);
      await ensure(key);
    }
    await Promise.all(copiesOf(key, stored).map((copy) => edits.request(copy)));
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
    async copyBatch(batchId) {
      const main = batchKey(batchId);
      const stored = await store.card(main);
      if (!stored || stored.channel === places.channel()) return;
      for (const { id } of await places.readersOf(await knownBatch(engine, batchId))) {
        if (id === readerIn(stored.said)) continue;
        await ensure(batchCopyKey(batchId, id));
        await store.markSaid(main, copyMark(id));
      }
    },
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

const copied = 'copy:';

/** The mark, in what a batch's card has said, of an approver who has a copy. */
function copyMark(readerId: string): string {
  return `${copied}${readerId}`;
}

function copiesOf(key: string, { said }: StoredCard): readonly string[] {
  const subject = subjectOf(key);
  if (subject.kind !== 'batch' || subject.readerId) return [];
  return said.flatMap((mark) =>
    mark.startsWith(copied) ? [batchCopyKey(subject.batchId, mark.slice(copied.length))] : [],
  );
}

function isGone(error: unknown): boolean {
  return error instanceof WebAPIPlatformError && error.data.error === 'message_not_found';
}

function nameOf(error: unknown): string {
  if (error instanceof WebAPIPlatformError) return error.data.error;
  return error instanceof Error ? error.name : typeof error;
}
