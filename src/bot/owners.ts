import type { CaseView, Engine, StepView } from '#engine/engine.ts';
import type { Identity } from '#model/identity.ts';
import { taskKey } from './card-keys.ts';
import { stepRef } from './ids.ts';
import { isForHand, type Reached } from './messages/words.ts';
import type { BotStore } from './store.ts';

/** Who is asked to do a step by hand. */
export interface Doer {
  readonly identity: Identity;
  /** The owner is the person who leaves, so their manager is asked. */
  readonly standsIn: boolean;
}

/** The owner of the step's system; their manager where the owner leaves, and nobody where neither is known. */
export async function doerOf(
  engine: Pick<Engine, 'byEmail'>,
  view: CaseView,
  step: StepView,
): Promise<Doer | undefined> {
  const { subject, manager } = view;
  if (!step.ownerEmail) return undefined;
  if (!ownerLeaves(view, step)) {
    const owner = await engine.byEmail(step.ownerEmail);
    return owner && { identity: owner, standsIn: false };
  }
  return manager && manager.id !== subject.id ? { identity: manager, standsIn: true } : undefined;
}

export function ownerLeaves({ subject }: CaseView, { ownerEmail }: StepView): boolean {
  return ownerEmail !== undefined && [subject.email, ...subject.aliases].includes(ownerEmail);
}

/** The mark, in what a case's card has said, that nobody could be asked for the step. */
export function unreachedMark(ref: string, why: 'notInSlack' | 'leaves'): string {
  return `unreached:${ref}:${why}`;
}

/** For each step that waits for somebody's hand whether they were asked, by step id. */
export async function reachedOf(store: Pick<BotStore, 'card'>, view: CaseView): Promise<ReadonlyMap<string, Reached>> {
  const said = (await store.card(view.id))?.said ?? [];
  const reached = new Map<string, Reached>();
  for (const step of view.steps) {
    if (!step.ownerEmail || !isForHand(view, step)) continue;
    const ref = stepRef(step.id);
    if (await store.card(taskKey(view.id, ref))) reached.set(step.id, ownerLeaves(view, step) ? 'manager' : 'owner');
    else
      for (const why of ['notInSlack', 'leaves'] as const)
        if (said.includes(unreachedMark(ref, why))) reached.set(step.id, why);
  }
  return reached;
}
