import type { CaseView, Engine } from '#engine/engine.ts';
import type { Notice, Notifier } from '#engine/notifier.ts';
import type { WebClient } from '@slack/web-api';
import { batchKey, cardKey } from './card-keys.ts';
import type { Cards } from './cards.ts';
import type { Log } from './log.ts';
import { approvalByMessage, noticeLine, outcomeLine, outcomes } from './messages/notices.ts';
import { sentence } from './messages/text.ts';
import { namesFor } from './names.ts';
import type { SlackPeople } from './people.ts';
import type { BotStore } from './store.ts';
import type { Tasks } from './tasks.ts';

export interface NotifierDeps {
  readonly engine: Engine;
  readonly store: BotStore;
  readonly slack: WebClient;
  readonly cards: Cards;
  readonly tasks: Tasks;
  readonly people: SlackPeople;
  readonly log: Log;
}

const asks: ReadonlySet<Notice> = new Set<Notice>(['approvalAsked', 'deletionAsked']);
const mostApprovers = 10;

/** Answers the engine's notifier with Slack messages: the card, a line in its thread, a word to whoever asked. */
export function createNotifier(deps: NotifierDeps): Notifier {
  const { engine, cards, tasks, log } = deps;

  function changed(caseId: string): void {
    showChange(caseId).catch((error: unknown) =>
      log('a change could not be looked up', { caseId, error: error instanceof Error ? error.name : 'unknown' }),
    );
  }

  async function showChange(caseId: string): Promise<void> {
    const view = await engine.case(caseId);
    if (!view) return;
    cards.renewSoon(cardKey(view));
    tasks.renewSoon(view);
  }

  /** Rejects when Slack does not take it, so that the engine asks again; what was already said is not said again. */
  async function tell({ id, caseId, kind }: { id: string; caseId: string; kind: Notice }): Promise<void> {
    const view = await engine.case(caseId);
    if (!view) throw new Error('bot: notice: the engine does not know this case; nothing was said.');
    const key = cardKey(view);
    const known = await deps.store.card(key);
    const { channel } = await cards.ensure(key);
    if (channel.startsWith('D') && asks.has(kind)) await tellApprovers(key, id, view);
    // A batch is one card for all of its cases; a line for each of two hundred people would be noise.
    if (key === caseId) await cards.say(key, id, noticeLine(kind, view, await namesFor(engine, view)));
    if (outcomes.has(kind)) await tellRequester(key, `${id}:requester`, kind, view);
    if (kind === 'needsPerson') await tasks.hand(view);
    if (known || kind === 'needsPerson') await cards.renew(key);
    tasks.renewSoon(view);
    const { batchId } = view.offboarding.state;
    if (batchId && key === caseId) await renewBatch(batchId);
    if (batchId && key !== caseId) await cards.copyBatch(batchId);
  }

  /** The card stands in one approver's direct messages, because the leaver reads the channel: the others are told apart. */
  async function tellApprovers(key: string, noticeId: string, view: CaseView): Promise<void> {
    for (const id of view.approverIds.slice(0, mostApprovers)) {
      const said = `${noticeId}:approver:${id}`;
      if ((await deps.store.card(key))?.said.includes(said)) continue;
      const approver = await engine.identity(id);
      const userId = approver && (await deps.people.userIdOf(approver));
      if (userId) await direct(userId, approvalByMessage(view));
      await deps.store.markSaid(key, said);
    }
  }

  async function direct(userId: string, text: string): Promise<void> {
    await deps.slack.chat.postMessage({ channel: userId, ...sentence(text), unfurl_links: false, unfurl_media: false });
  }

  async function renewBatch(batchId: string): Promise<void> {
    if (await deps.store.card(batchKey(batchId))) cards.renewSoon(batchKey(batchId));
  }

  async function tellRequester(key: string, noticeId: string, kind: Notice, view: CaseView): Promise<void> {
    const { requester } = view;
    const stored = await deps.store.card(key);
    if (!requester || stored?.said.includes(noticeId)) return;
    const userId = await deps.people.userIdOf(requester);
    if (userId) await direct(userId, outcomeLine(kind, view, await namesFor(engine, view)));
    else log('the requester is not in Slack and was not told the outcome', { caseId: view.id, kind });
    await deps.store.markSaid(key, noticeId);
  }

  return { changed, tell };
}
