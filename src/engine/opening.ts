import type { Identity } from '#model/identity.ts';
import type { Trigger } from '#model/offboarding.ts';
import { isDuplicate, type Records } from '#model/records.ts';
import type { Policy } from '#model/policy.ts';
import { freshCase } from './case.ts';
import { release, soon } from './deliver.ts';
import type { Durable } from './durable.ts';
import type { Opened, OpenRequest, Refusal } from './engine.ts';
import type { People } from './people.ts';
import { refusal, refuseStart, refuseSubject } from './policy.ts';
import type { Trail } from './trail.ts';

export interface OpeningDeps {
  readonly records: Records;
  readonly people: People;
  readonly trail: Trail;
  readonly policy: Policy;
  readonly durable: () => Durable;
  readonly now: () => Date;
  readonly log: (message: string, data: Record<string, unknown>) => void;
}

export interface Opening {
  open(request: OpenRequest): Promise<Opened>;
  /** Takes up what an earlier process left: cases never handed over, batches half released; with `engineIsEmpty` everything. */
  recover(engineIsEmpty: boolean): Promise<void>;
}

const unknownPerson = refusal(
  'unknownPerson',
  'This person is not in the company’s people source. Nothing was opened.',
);

/** Opens cases: one for each leaver, recorded before anything else happens, and handed to the durable engine. */
export function createOpening(deps: OpeningDeps): Opening {
  const { records, people, policy } = deps;

  async function open(request: OpenRequest): Promise<Opened> {
    const subject = await people.byId(request.subjectId);
    if (!subject) return unknownPerson;
    const refused = await refuseOpening(request, subject);
    if (refused) return refused;

    const caseId = await nextCaseId(records);
    const openedAt = deps.now().toISOString();
    const { kind, source, reason } = request.trigger;
    const trigger = { kind, source, at: openedAt, ...(reason ? { reason: reason.slice(0, 2000) } : {}) };
    try {
      await records.offboardings.create({
        _id: caseId,
        subjectId: subject.id,
        trigger,
        state: freshCase(subject.id, request.requesterId),
        openedAt,
        openFor: subject.id,
        revision: 0,
      });
    } catch (error) {
      if (isDuplicate(error)) return join(subject);
      throw error;
    }
    await recordTrigger(caseId, subject.id, request.requesterId, trigger);
    await begin(caseId);
    return { done: true, caseId, joined: false, say: `Case ${caseId} is open. The plan follows in a moment.` };
  }

  /** The first line of the trail. Written again after a crash: the same line is there once. */
  async function recordTrigger(
    caseId: string,
    subjectId: string,
    requesterId: string,
    trigger: Trigger,
  ): Promise<void> {
    const { kind, source, at, reason } = trigger;
    const actor =
      kind === 'command' ? ({ kind: 'person', id: requesterId } as const) : ({ kind: 'trigger', id: source } as const);
    const detail = { trigger: kind, source, subjectId, ...(reason ? { reason } : {}) };
    await deps.trail.append({ id: `${caseId}:opened`, caseId, at, actor, kind: 'triggered', detail });
  }

  async function refuseOpening(request: OpenRequest, subject: Identity): Promise<Refusal | undefined> {
    if (request.trigger.kind === 'webhook') return refuseSubject(policy, subject);
    const requester = await people.byId(request.requesterId);
    return requester ? refuseStart(policy, requester, subject) : unknownPerson;
  }

  async function join(subject: Identity): Promise<Opened> {
    const existing = await records.offboardings.findOne({ openFor: subject.id }).lean();
    // Closed in this very moment: whoever asks again opens a new one.
    if (!existing)
      return refusal('notNow', 'The open case of this person closed just now. Ask again to open a new one.');
    const say = `There is already an open case for this person: ${existing._id}. You joined it; nothing was opened twice.`;
    return { done: true, caseId: existing._id, joined: true, say };
  }

  /** Hands a new case to the durable engine. When that fails the case stays in the store and `recover` hands it over. */
  async function begin(caseId: string): Promise<void> {
    try {
      await soon(deps.durable().post(caseId, { kind: 'opened' }, `opened-${caseId}`));
    } catch (error) {
      deps.log('a new case could not be handed to the durable engine; it is handed over later', {
        caseId,
        error: error instanceof Error ? error.name : typeof error,
      });
    }
  }

  async function recover(engineIsEmpty: boolean): Promise<void> {
    const open = await records.offboardings.find({ openFor: { $exists: true } }).lean();
    for (const { _id: caseId, state, subjectId, trigger } of open) {
      if (state.epoch === 0) {
        await recordTrigger(caseId, subjectId, state.requesterId, trigger);
        await begin(caseId);
      } else if (engineIsEmpty) await soon(deps.durable().restore(caseId));
    }
    const held = new Set(open.filter(({ state }) => state.phase === 'held').map(({ _id }) => _id));
    const released = await records.batches.find({ releasedAt: { $exists: true } }).lean();
    for (const { _id: batchId, caseIds } of released)
      await release(
        deps.durable(),
        batchId,
        caseIds.filter((caseId) => held.has(caseId)),
      );
  }

  return { open, recover };
}

async function nextCaseId({ counters }: Records): Promise<string> {
  const increment = () =>
    counters
      .findOneAndUpdate({ _id: 'case' }, { $inc: { value: 1 } }, { upsert: true, returnDocument: 'after' })
      .lean();
  // MongoDB may answer two first upserts at once with a duplicate: the second try finds the document.
  const counter = await increment().catch((error: unknown) =>
    isDuplicate(error) ? increment() : Promise.reject(error),
  );
  return `OFF-${counter.value}`;
}
