import type { Policy } from '#model/policy.ts';
import { isDuplicate, type Records } from '#model/records.ts';
import type { Identity } from '#model/identity.ts';
import type { Offboarding } from '#model/offboarding.ts';
import type { Batches } from './batches.ts';
import { type CaseEvent, freshCase, isClosed } from './case.ts';
import type { CaseStore } from './case-store.ts';
import type { Delivered, Durable } from './durable.ts';
import type { Answer, By, Engine, Opened, OpenRequest, Refusal } from './engine.ts';
import type { People } from './people.ts';
import { covers, refusal, refuseDecision, refuseStart, refuseSubject } from './policy.ts';
import type { Trail } from './trail.ts';

export interface DeskDeps {
  readonly records: Records;
  readonly cases: CaseStore;
  readonly batches: Batches;
  readonly people: People;
  readonly trail: Trail;
  readonly policy: Policy;
  readonly durable: () => Durable;
  readonly now: () => Date;
  readonly log: (message: string, data: Record<string, unknown>) => void;
}

type Answers = Pick<Engine, 'open' | 'decide' | 'allowBatch' | 'cancel' | 'undo' | 'tryAgain' | 'attest'>;

/** How long a person waits for the durable engine before hearing that nothing was changed, in milliseconds. */
const deliverLimitMs = 8_000;
const unknownCase = refusal('unknownCase', 'There is no such case. Look at `/offboard list` for the open ones.');
const unknownPerson = refusal(
  'unknownPerson',
  'This person is not in the company’s people source. Nothing was opened.',
);

/** The desk where people and triggers ask: may they, is it still so, then hand it to the case. */
export function createDesk(deps: DeskDeps): { answers: Answers; recover(engineIsEmpty: boolean): Promise<void> } {
  const { records, cases, people, policy } = deps;

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
    const actor = request.trigger.kind === 'command' ? ('person' as const) : ('trigger' as const);
    await deps.trail.append({
      id: `${caseId}:opened`,
      caseId,
      at: openedAt,
      actor: { kind: actor, id: actor === 'person' ? request.requesterId : source },
      kind: 'triggered',
      detail: { trigger: kind, source, subjectId: subject.id, ...(trigger.reason ? { reason: trigger.reason } : {}) },
    });
    await begin(caseId);
    return { done: true, caseId, joined: false, say: `Case ${caseId} is open. The plan follows in a moment.` };
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
      await within(deps.durable().post(caseId, { kind: 'opened' }, `opened-${caseId}`));
    } catch (error) {
      deps.log('a new case could not be handed to the durable engine; it is handed over later', {
        caseId,
        error: error instanceof Error ? error.name : typeof error,
      });
    }
  }

  async function decide(input: Parameters<Engine['decide']>[0]): Promise<Answer> {
    const offboarding = await cases.read(input.caseId);
    if (!offboarding) return unknownCase;
    const refused = await refuseBy(offboarding, input.by);
    if (refused) {
      await recordRefusal(offboarding, input, refused);
      return refused;
    }
    const { approvalId, verdict, by, reason } = input;
    return deliver(
      input.caseId,
      { kind: 'decided', approvalId, verdict, by, ...(reason ? { reason } : {}) },
      `Your decision is recorded: ${verdict}.`,
    );
  }

  async function refuseBy({ subjectId, state }: Offboarding, by: By): Promise<Refusal | undefined> {
    const identity = await people.byId(by);
    if (!identity) return unknownPerson;
    const leaving = (await records.offboardings.countDocuments({ openFor: by })) > 0;
    return refuseDecision(policy, identity, { subjectId, requesterId: state.requesterId, leaving });
  }

  /** A refused decision is a fact too: who tried, and why it did not count. */
  async function recordRefusal(
    offboarding: Offboarding,
    input: Parameters<Engine['decide']>[0],
    refused: Refusal,
  ): Promise<void> {
    const at = deps.now().toISOString();
    await deps.trail.append({
      id: `${offboarding.id}:refused:${input.approvalId}:${input.by}:${refused.code}`,
      caseId: offboarding.id,
      at,
      actor: { kind: 'person', id: input.by },
      kind: 'decisionRefused',
      detail: { approvalId: input.approvalId, verdict: input.verdict, code: refused.code },
    });
  }

  async function allowBatch({ batchId, by }: { batchId: string; by: By }): Promise<Answer> {
    const batch = await deps.batches.read(batchId);
    if (!batch) return refusal('outdated', 'This batch is not there any more. Nothing was changed.');
    const held = (await Promise.all(batch.caseIds.map((caseId) => cases.read(caseId)))).filter(
      (found) => found !== undefined,
    );
    for (const offboarding of held) {
      const refused = await refuseBy(offboarding, by);
      if (refused) return refused;
    }
    const voted = await deps.batches.vote(batchId, by, policy.breaker.approvals);
    if (!voted)
      return refusal('alreadyDecided', 'Your yes already counts, or the batch was let go. Nothing was changed.');
    if (voted.votes.length < policy.breaker.approvals)
      return { done: true, say: `Your yes is recorded: ${voted.votes.length} of ${policy.breaker.approvals}.` };
    await release(batchId, voted.caseIds);
    return { done: true, say: `The ${voted.caseIds.length} held cases go on; each still needs its own approval.` };
  }

  async function release(batchId: string, caseIds: readonly string[]): Promise<void> {
    for (const caseId of caseIds)
      await within(deps.durable().post(caseId, { kind: 'released', batchId }, `released-${batchId}-${caseId}`));
  }

  /** Cancel, undo, try again, attest: whoever opened the case or may decide on it, but never its subject. */
  async function steer(
    caseId: string,
    by: By,
    event: CaseEvent,
    say: string,
    who: 'team' | 'approvers',
  ): Promise<Answer> {
    const [offboarding, identity] = await Promise.all([cases.read(caseId), people.byId(by)]);
    if (!offboarding) return unknownCase;
    if (!identity) return unknownPerson;
    if (identity.id === offboarding.subjectId)
      return refusal('subject', 'This case is about you; you cannot steer it. Nothing was changed.');
    const allowed =
      covers(policy.approvers, identity) ||
      (who === 'team' && (covers(policy.requesters, identity) || by === offboarding.state.requesterId));
    if (!allowed)
      return refusal('notAllowed', 'The policy does not let you do this. Nothing was changed. Ask an approver.');
    return deliver(caseId, event, say);
  }

  async function deliver(caseId: string, event: CaseEvent, say: string): Promise<Answer> {
    let delivered: Delivered;
    try {
      delivered = await within(deps.durable().deliver(caseId, event));
    } catch (error) {
      deps.log('the durable engine did not take an event', {
        caseId,
        event: event.kind,
        error: error instanceof Error ? error.name : typeof error,
      });
      return refusal(
        'unavailable',
        'The engine cannot be reached just now. It is not known whether this was recorded: look at the card in a minute and try again if it still asks.',
      );
    }
    return 'refused' in delivered ? refused(delivered.refused) : { done: true, say };
  }

  async function recover(engineIsEmpty: boolean): Promise<void> {
    const open = await records.offboardings.find({ openFor: { $exists: true } }).lean();
    for (const { _id: caseId, state } of open) {
      if (state.epoch === 0) await begin(caseId);
      else if (engineIsEmpty) await within(deps.durable().restore(caseId));
    }
    const released = await records.batches.find({ releasedAt: { $exists: true } }).lean();
    for (const { _id: batchId, caseIds } of released)
      await release(
        batchId,
        caseIds.filter((caseId) =>
          open.some(({ _id, state }) => _id === caseId && state.phase === 'held' && !isClosed(state.phase)),
        ),
      );
  }

  return {
    recover,
    answers: {
      open,
      decide,
      allowBatch,
      cancel: ({ caseId, by }) =>
        steer(
          caseId,
          by,
          { kind: 'cancelled', by },
          'The case is being cancelled; what was changed is given back.',
          'team',
        ),
      undo: ({ caseId, by }) =>
        steer(caseId, by, { kind: 'undone', by }, 'What can be given back is being given back.', 'approvers'),
      tryAgain: ({ caseId, stepId, by }) =>
        steer(caseId, by, { kind: 'tryAgain', stepId, by }, 'It is tried again, from a fresh look.', 'team'),
      attest: ({ caseId, stepId, by, note }) =>
        steer(
          caseId,
          by,
          { kind: 'attested', stepId, by, note: note.slice(0, 2000) },
          'Your word is recorded as done by hand.',
          'team',
        ),
    },
  };
}

function refused(code: 'outdated' | 'alreadyDecided' | 'notNow' | 'unknownStep'): Refusal {
  switch (code) {
    case 'outdated':
      return refusal(
        'outdated',
        'What this button asked is no longer asked: the plan changed or the time is over. Look at the current card.',
      );
    case 'alreadyDecided':
      return refusal('alreadyDecided', 'This was already decided. Nothing was changed.');
    case 'notNow':
      return refusal(
        'notNow',
        'The case is not in a state where this can be done. Nothing was changed; the card shows where it stands.',
      );
    case 'unknownStep':
      return refusal('unknownStep', 'The case has no such step any more. Nothing was changed.');
  }
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

async function within<T>(promise: Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(deliverLimitMs);
  const over = Promise.withResolvers<never>();
  const onAbort = () => over.reject(limit.reason);
  limit.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    limit.removeEventListener('abort', onAbort);
  }
}
