import { CaseState, Offboarding } from '#model/offboarding.ts';
import type { OffboardingRecord, Records } from '#model/records.ts';
import { z } from 'zod';
import type { CaseEvent, Command, NotNow, Terms } from './case-events.ts';
import { isClosed, next } from './case.ts';
import { transitionEvents } from './transition-events.ts';
import type { Trail } from './trail.ts';

/** What an event did: the commands to carry out, or why it does not apply. */
export type Applied = { readonly commands: readonly Command[] } | NotNow;

export interface CaseStore {
  read(caseId: string): Promise<Offboarding | undefined>;
  /**
   * Applies one event to one case: reads, asks the machine, writes the trail, then the state. The same `eventId` applied
   * twice does nothing the second time and answers the same. Throws where another writer was faster; the caller tries again.
   */
  apply(caseId: string, eventId: string, event: CaseEvent): Promise<Applied>;
}

const Last = z.object({ eventId: z.string(), answer: z.unknown() });

export function createCaseStore(deps: {
  records: Records;
  trail: Trail;
  terms: () => Terms;
  now: () => Date;
}): CaseStore {
  const { offboardings } = deps.records;

  async function read(caseId: string): Promise<Offboarding | undefined> {
    const record = await offboardings.findById(caseId).lean();
    return record ? toOffboarding(record) : undefined;
  }

  async function apply(caseId: string, eventId: string, event: CaseEvent): Promise<Applied> {
    const record = await offboardings.findById(caseId).lean();
    if (!record) return { refused: 'notNow' };
    const last = Last.safeParse(record.last);
    // Written by this very function a moment before a crash: the answer's shape is ours.
    if (last.success && last.data.eventId === eventId) return last.data.answer as Applied;

    const before = CaseState.parse(record.state);
    const now = deps.now().toISOString();
    const result = next(before, event, now, deps.terms());
    if ('refused' in result) return result;

    const { state, commands } = result;
    await deps.trail.append(...transitionEvents({ caseId, eventId, event, before, after: state, now }));
    const answer: Applied = { commands };
    const closed = isClosed(state.phase);
    const { modifiedCount } = await offboardings.updateOne(
      { _id: caseId, revision: record.revision },
      {
        $set: { state, last: { eventId, answer }, revision: record.revision + 1, ...(closed ? { closedAt: now } : {}) },
        ...(closed ? { $unset: { openFor: 1 } } : {}),
      },
    );
    if (modifiedCount !== 1) throw new Error(`case ${caseId}: another writer was faster; the event is applied again`);
    return answer;
  }

  return { read, apply };
}

/** A stored case, read through the schema of today. */
export function toOffboarding(record: OffboardingRecord): Offboarding {
  const { _id: id, openFor: _openFor, revision: _revision, last: _last, ...offboarding } = record;
  return Offboarding.parse({ id, ...offboarding });
}
