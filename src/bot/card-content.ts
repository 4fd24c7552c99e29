import type { types } from '@slack/bolt';
import type { BatchView, CaseView, Engine } from '#engine/engine.ts';
import { subjectOf } from './card-keys.ts';
import { stepRef } from './ids.ts';
import { batchCard } from './messages/batch-card.ts';
import { card } from './messages/card.ts';
import { taskCard } from './messages/task-card.ts';
import { sentence, type Message } from './messages/text.ts';
import { namesFor, namesOf } from './names.ts';
import { doerOf, reachedOf } from './owners.ts';
import { whyNotAttest } from './rights.ts';
import type { Seal } from './seal.ts';
import type { BotStore } from './store.ts';

export interface ContentDeps {
  readonly engine: Engine;
  readonly store: Pick<BotStore, 'card'>;
  readonly seal: Seal;
}

/** What stands in the place of a card that may not be shown there any more: nothing about anybody. */
export const notHere = sentence('This card is not here any more. /offboard list shows the open cases.');

/** What a card shows now; its buttons are signed for the channel `where`. */
export async function contentOf(deps: ContentDeps, key: string, where: string): Promise<Message<types.KnownBlock>> {
  const subject = subjectOf(key);
  if (subject.kind === 'batch') return batchContent(deps, key, subject, where);
  if (subject.kind === 'task') return taskContent(deps, subject, where);
  return caseContent(deps, subject.caseId, where);
}

async function caseContent({ engine, store, seal }: ContentDeps, caseId: string, where: string) {
  const view = await knownCase(engine, caseId);
  return card({
    view,
    names: await namesFor(engine, view),
    reached: await reachedOf(store, view),
    sealFor: (action, ref) => seal.sign(action, where, { caseId, ref }),
  });
}

async function batchContent(
  { engine, store, seal }: ContentDeps,
  key: string,
  { batchId, readerId }: { readonly batchId: string; readonly readerId: string | undefined },
  where: string,
): Promise<Message<types.KnownBlock>> {
  const batch = await knownBatch(engine, batchId);
  const reader = readerId ?? readerIn((await store.card(key))?.said ?? []);
  // Whoever was asked about others and is held since then does not learn it from this card.
  if (batch.subjects.some(({ id }) => id === reader)) return notHere;
  const names = await namesOf(
    engine,
    batch.votes.map(({ by }) => by),
  );
  return batchCard({ batch, names, sealFor: (action, ref) => seal.sign(action, where, { caseId: batch.id, ref }) });
}

async function taskContent(
  { engine, seal }: ContentDeps,
  { caseId, ref }: { readonly caseId: string; readonly ref: string },
  where: string,
): Promise<Message<types.KnownBlock>> {
  const view = await knownCase(engine, caseId);
  const step = view.steps.find(({ id }) => stepRef(id) === ref);
  const doer = step && (await doerOf(engine, view, step));
  return taskCard({
    view,
    step,
    names: await namesFor(engine, view),
    standsIn: doer?.standsIn ?? false,
    // No button that the engine would refuse.
    mayAttest: step && doer ? (await whyNotAttest(engine, doer, view, step)) === undefined : false,
    sealFor: (action) => seal.sign(action, where, { caseId, ref }),
  });
}

export async function knownCase(engine: Engine, caseId: string): Promise<CaseView> {
  const view = await engine.case(caseId);
  if (!view) throw new Error('bot: card: the engine does not know this case; nothing was shown.');
  return view;
}

export async function knownBatch(engine: Engine, batchId: string): Promise<BatchView> {
  const batch = await engine.batch(batchId);
  if (!batch) throw new Error('bot: card: the engine does not know this batch; nothing was shown.');
  return batch;
}

const reader = 'reader:';

/** The mark, in what a batch's card has said, of the approver in whose direct messages it stands. */
export function readerMark(id: string): string {
  return `${reader}${id}`;
}

export function readerIn(said: readonly string[]): string | undefined {
  return said.find((mark) => mark.startsWith(reader))?.slice(reader.length);
}
