import type { Policy } from '#model/policy.ts';
import type { Records } from '#model/records.ts';
import { holds } from './breaker.ts';
import type { Batches } from './batches.ts';
import type { Held } from './case-events.ts';
import type { CaseStore } from './case-store.ts';
import type { DurableWork } from './durable.ts';
import type { Notifier } from './notifier.ts';
import type { People } from './people.ts';
import { termsOf } from './policy.ts';
import { resume } from './resume.ts';
import { lookAndPlan, runWave, type WaveDeps } from './wave.ts';

/** What the durable engine calls for, put together from the store, the connectors and the notifier. */
export function createWork(deps: {
  readonly records: Records;
  readonly cases: CaseStore;
  readonly batches: Batches;
  readonly people: People;
  readonly wave: WaveDeps;
  readonly policy: Policy;
  readonly notifier: () => Notifier;
  readonly now: () => Date;
}): DurableWork {
  const { cases, wave, policy } = deps;

  /** Judges the newly planned case against the others of the window; the same case is judged the same again. */
  async function judge(caseId: string): Promise<Held | undefined> {
    const offboarding = await cases.read(caseId);
    if (!offboarding || offboarding.state.phase !== 'planning') return undefined;
    const { openedAt } = offboarding;
    const from = new Date(Date.parse(openedAt) - policy.breaker.windowMinutes * 60_000).toISOString();
    const { offboardings } = deps.records;
    const [earlier, sameMoment, headCount] = await Promise.all([
      offboardings.countDocuments({ openedAt: { $gte: from, $lt: openedAt } }),
      offboardings.countDocuments({ openedAt, _id: { $lte: caseId } }),
      deps.people.count(),
    ]);
    const because = holds(policy.breaker, earlier + sameMoment, headCount);
    return because ? { because, batchId: await deps.batches.put(caseId, because) } : undefined;
  }

  return {
    async apply(caseId, eventId, event) {
      const applied = await cases.apply(caseId, eventId, event);
      if (!('refused' in applied)) deps.notifier().changed(caseId);
      return applied;
    },
    async resume(caseId) {
      const offboarding = await cases.read(caseId);
      return offboarding ? resume(offboarding.state, deps.now().toISOString(), termsOf(policy)) : [];
    },
    async plan(caseId, signal) {
      const [plan, held] = await Promise.all([lookAndPlan(wave, caseId, signal), judge(caseId)]);
      return { plan, ...(held ? { held } : {}) };
    },
    act: (input, signal) => runWave(wave, input, signal),
    tell: (notice) => deps.notifier().tell(notice),
  };
}
