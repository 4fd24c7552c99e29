import type { Policy } from '#model/policy.ts';
import type { Records } from '#model/records.ts';
import type { Identity } from '#model/identity.ts';
import type { Offboarding } from '#model/offboarding.ts';
import type { Batches } from './batches.ts';
import type { Connector } from './connectors/connector.ts';
import type { CaseEvent } from './case-events.ts';
import { release, soon } from './deliver.ts';
import type { CaseStore } from './case-store.ts';
import type { Delivered, Durable } from './durable.ts';
import type { Answer, By, Engine, Refusal } from './engine.ts';
import type { People } from './people.ts';
import { covers, refusal, refuseDecision } from './policy.ts';
import type { Trail } from './trail.ts';
import { resultOf } from './wave.ts';

export interface DeskDeps {
  readonly records: Records;
  readonly cases: CaseStore;
  readonly batches: Batches;
  readonly people: People;
  readonly trail: Trail;
  readonly policy: Policy;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly durable: () => Durable;
  readonly now: () => Date;
  readonly log: (message: string, data: Record<string, unknown>) => void;
}

interface Steering {
  readonly caseId: string;
  readonly by: By;
  readonly event: CaseEvent;
  /** What is said when it was done. */
  readonly say: string;
  /** Who may besides the approvers. */
  also(identity: Identity, offboarding: Offboarding): boolean;
}

type Answers = Pick<Engine, 'decide' | 'allowBatch' | 'cancel' | 'undo' | 'tryAgain' | 'attest'>;

const unknownCase = refusal('unknownCase', 'There is no such case. Look at `/offboard list` for the open ones.');
const unknownPerson = refusal(
  'unknownPerson',
  'This person is not in the company’s people source. Nothing was opened.',
);

/** The desk where people and triggers ask: may they, is it still so, then hand it to the case. */
export function createDesk(deps: DeskDeps): Answers {
  const { records, cases, people, policy } = deps;

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
    await release(deps.durable(), batchId, voted.caseIds);
    return { done: true, say: `The ${voted.caseIds.length} held cases go on; each still needs its own approval.` };
  }

  /** Cancel, undo, try again, attest: the case's team or its approvers, but never its subject. */
  async function steer(input: Steering): Promise<Answer> {
    const { caseId, by, event, say } = input;
    const [offboarding, identity] = await Promise.all([cases.read(caseId), people.byId(by)]);
    if (!offboarding) return unknownCase;
    if (!identity) return unknownPerson;
    if (identity.id === offboarding.subjectId)
      return refusal('subject', 'This case is about you; you cannot steer it. Nothing was changed.');
    if (!covers(policy.approvers, identity) && !input.also(identity, offboarding))
      return refusal('notAllowed', 'The policy does not let you do this. Nothing was changed. Ask an approver.');
    return deliver(caseId, event, say);
  }

  const inTeam: Steering['also'] = (identity, { state }) =>
    covers(policy.requesters, identity) || identity.id === state.requesterId;

  async function attest({ caseId, stepId, by, note }: Parameters<Engine['attest']>[0]): Promise<Answer> {
    const offboarding = await cases.read(caseId);
    const step = [...(offboarding?.state.plan.steps ?? []), ...(offboarding?.state.undoSteps ?? [])].find(
      ({ id }) => id === stepId,
    );
    const byHand = step && deps.connectors.get(step.account.connector)?.byHand;
    // Where the target system can be read, a read is the proof and a person's word is not.
    if (step && !byHand)
      return refusal(
        'notNow',
        'This target system can be read, so no word is taken for it. Do it by hand there, then press Try again.',
      );
    const ended = await endOf(caseId, stepId, offboarding?.state.steps[stepId]?.waveNumber);
    return steer({
      caseId,
      by,
      event: { ...(ended ? { ended } : {}), kind: 'attested', stepId, by, note: note.slice(0, 2000) },
      say: 'Your word is recorded as done by hand.',
      also: (identity, found) => inTeam(identity, found) || identity.email === byHand?.ownerEmail,
    });
  }

  /** How a step ended in a wave that may still run; `undefined` where it did not end with a person. */
  async function endOf(caseId: string, stepId: string, wave: number | undefined) {
    const events = wave === undefined ? [] : await deps.trail.finished(caseId, wave);
    const event = events.find((one) => one.stepId === stepId);
    const result = event && resultOf(event);
    return result?.outcome === 'handedOver' ? result : undefined;
  }

  async function deliver(caseId: string, event: CaseEvent, say: string): Promise<Answer> {
    let delivered: Delivered;
    try {
      delivered = await soon(deps.durable().deliver(caseId, event));
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

  return {
    decide,
    allowBatch,
    attest,
    cancel: ({ caseId, by }) =>
      steer({
        caseId,
        by,
        event: { kind: 'cancelled', by },
        say: 'The case is being cancelled. What was changed, if anything was, is given back.',
        // Once something was done, cancelling gives access back, and that is an approver's to say.
        also: (identity, offboarding) => !offboarding.state.startedAt && inTeam(identity, offboarding),
      }),
    undo: ({ caseId, by }) =>
      steer({
        caseId,
        by,
        event: { kind: 'undone', by },
        say: 'What can be given back is being given back.',
        also: () => false,
      }),
    tryAgain: ({ caseId, stepId, by }) =>
      steer({
        caseId,
        by,
        event: { kind: 'tryAgain', stepId, by },
        say: 'It is tried again, from a fresh look.',
        also: inTeam,
      }),
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
