import type { CaseView } from '#engine/engine.ts';
import { taskKey } from './card-keys.ts';
import type { Cards } from './cards.ts';
import { stepRef } from './ids.ts';
import type { Log } from './log.ts';
import { isForHand } from './messages/words.ts';
import { ownerLeaves, unreachedMark } from './owners.ts';
import type { Places } from './place.ts';
import type { BotStore } from './store.ts';

/** The cards by which the owners of systems without an interface hear what to do there. */
export interface Tasks {
  /** Sends each owner the steps that wait for them, once; marks on the case's card whom that does not reach. */
  hand(view: CaseView): Promise<void>;
  /** Brings the cards up to date whose steps have changed, without waiting. */
  renewSoon(view: CaseView): void;
}

export interface TasksDeps {
  readonly store: BotStore;
  readonly cards: Cards;
  readonly places: Places;
  readonly log: Log;
}

const mostRemembered = 5_000;

export function createTasks({ store, cards, places, log }: TasksDeps): Tasks {
  /** What each card was last made from: a case changes often, a step by hand twice. */
  const shown = new Map<string, string>();

  return {
    async hand(view) {
      for (const step of view.steps) {
        if (!step.ownerEmail || !isForHand(view, step)) continue;
        const ref = stepRef(step.id);
        const key = taskKey(view.id, ref);
        if ((await store.card(key)) || (await places.ofTask(view, step))) {
          await cards.ensure(key);
          continue;
        }
        const why = ownerLeaves(view, step) ? 'leaves' : 'notInSlack';
        const mark = unreachedMark(ref, why);
        if ((await store.card(view.id))?.said.includes(mark)) continue;
        log('the owner of a system could not be asked in Slack', { caseId: view.id, step: ref, why });
        await store.markSaid(view.id, mark);
      }
    },
    renewSoon(view) {
      if (shown.size > mostRemembered) shown.clear();
      for (const step of view.steps) {
        if (!step.ownerEmail) continue;
        const key = taskKey(view.id, stepRef(step.id));
        const { status, attempts, by, because } = step;
        const now = JSON.stringify([view.phase, status, attempts, by, because]);
        if (shown.get(key) === now) continue;
        shown.set(key, now);
        cards.renewSoon(key);
      }
    },
  };
}
