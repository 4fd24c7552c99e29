import type { AuditEvent } from '#model/audit-event.ts';
import type { CaseState } from '#model/offboarding.ts';
import type { CaseEvent } from './case-events.ts';

type Draft = Pick<AuditEvent, 'kind' | 'actor'> & Partial<Pick<AuditEvent, 'stepId' | 'detail'>>;

const system = { kind: 'system', id: 'engine' } as const;
const policy = { kind: 'policy', id: 'policy' } as const;

/** The lines that one transition leaves in the audit trail. Pure; the ids follow from the event, so a repeat is no new line. */
export function transitionEvents(input: {
  caseId: string;
  eventId: string;
  event: CaseEvent;
  before: CaseState;
  after: CaseState;
  now: string;
}): AuditEvent[] {
  const { caseId, eventId, event, before, after, now } = input;
  const drafts = [...happened(event, after), ...became(event, before, after)];
  return drafts.map((draft, index) => ({
    id: `${caseId}:${eventId}:${index}`,
    caseId,
    at: now,
    detail: {},
    ...draft,
  }));
}

function happened(event: CaseEvent, after: CaseState): Draft[] {
  switch (event.kind) {
    case 'planned':
      return [
        {
          kind: 'planned',
          actor: system,
          detail: {
            planHash: event.plan.hash,
            policyVersion: event.plan.policyVersion,
            steps: event.plan.steps.map(({ id }) => id),
            unknown: event.plan.unknown.map(({ connector, because }) => `${connector}: ${because}`),
          },
        },
        ...(event.held
          ? [
              {
                kind: 'held' as const,
                actor: policy,
                detail: { because: event.held.because, batchId: event.held.batchId },
              },
            ]
          : []),
      ];
    case 'released':
      return [{ kind: 'released', actor: policy, detail: { batchId: event.batchId } }];
    case 'decided':
      return [
        {
          kind: 'decided',
          actor: { kind: 'person', id: event.by },
          detail: {
            approvalId: event.approvalId,
            approvalKind: after.approval?.kind ?? '',
            planHash: after.approval?.planHash ?? '',
            verdict: event.verdict,
            ...(event.reason ? { reason: event.reason } : {}),
          },
        },
      ];
    case 'attested':
      return [
        {
          kind: 'attested',
          actor: { kind: 'person', id: event.by },
          stepId: event.stepId,
          detail: { note: event.note },
        },
      ];
    case 'cancelled':
      return [{ kind: 'cancelAsked', actor: { kind: 'person', id: event.by } }];
    case 'undone':
      return [{ kind: 'undoAsked', actor: { kind: 'person', id: event.by } }];
    case 'tryAgain':
      return [
        {
          kind: 'retryScheduled',
          actor: { kind: 'person', id: event.by },
          ...(event.stepId ? { stepId: event.stepId } : {}),
          detail: { because: 'a person asked' },
        },
      ];
    case 'timer':
      return event.timer.name === 'retry'
        ? event.timer.stepIds.map((stepId) => ({
            kind: 'retryScheduled',
            actor: system,
            stepId,
            detail: { because: 'its delay is over' },
          }))
        : [];
    case 'opened':
    case 'waveFinished':
      return [];
  }
}

/** What the transition made of the case, whatever the event was. */
function became(event: CaseEvent, before: CaseState, after: CaseState): Draft[] {
  const drafts: Draft[] = [];
  if (after.planChanges.length > 0 && after.plan.hash !== before.plan.hash)
    drafts.push({
      kind: 'planChanged',
      actor: system,
      detail: { approvedHash: before.plan.hash, planHash: after.plan.hash, changes: [...after.planChanges] },
    });
  if (after.approval && after.approval.id !== before.approval?.id)
    drafts.push({
      kind: 'approvalAsked',
      actor: policy,
      detail: {
        approvalId: after.approval.id,
        approvalKind: after.approval.kind,
        planHash: after.approval.planHash,
        needed: after.approval.needed,
        expiresAt: after.approval.expiresAt,
      },
    });
  if (after.phase !== before.phase)
    drafts.push({
      kind: 'phaseChanged',
      actor: system,
      detail: { from: before.phase, to: after.phase, because: event.kind === 'timer' ? event.timer.name : event.kind },
    });
  return drafts;
}
