import type { CaseState } from '#model/offboarding.ts';
import type { Command, Terms } from './case-events.ts';
import { isClosed } from './case.ts';
import { runningSteps } from './case-steps.ts';

/**
 * What an open case waits for, made from its record alone: for a durable engine that lost its disk. Steps look before they
 * act and timers name what they wait for, so giving a case too much is harmless. `now` is ISO 8601.
 */
export function resume(state: CaseState, now: string, terms: Terms): Command[] {
  if (isClosed(state.phase)) return [];
  return [...looks(state, terms), ...waves(state), ...timers(state, now, terms), ...words(state)];
}

function looks(state: CaseState, terms: Terms): Command[] {
  if (state.phase === 'planning' && state.epoch === 0) return [];
  if (state.lookWave !== undefined) return [{ kind: 'plan', wave: state.lookWave }];
  if (state.plan.unknown.length === 0 || state.lookups >= terms.retry.attempts) return [];
  return [{ kind: 'timer', timer: { name: 'lookAgain', lookups: state.lookups }, delayMs: terms.retry.firstDelayMs }];
}

function waves(state: CaseState): Command[] {
  const running = Map.groupBy(runningSteps(state), (id) => state.steps[id]?.waveNumber ?? 0);
  // A first attempt verifies the plan again; a later one was verified when it was first begun.
  const first = (stepIds: readonly string[]) => stepIds.every((id) => state.steps[id]?.attempts === 0);
  const verifies = ['containing', 'removing', 'deleting'].includes(state.phase);
  return [...running].map(([wave, stepIds]) => ({
    kind: 'act',
    wave,
    stepIds,
    verifyPlan: verifies && first(stepIds),
  }));
}

function timers(state: CaseState, now: string, terms: Terms): Command[] {
  const left = (until: string) => Math.max(0, Date.parse(until) - Date.parse(now));
  const retrying = Object.entries(state.steps).flatMap(([id, { status }]) => (status === 'retrying' ? [id] : []));
  const { approval, deleteAt } = state;
  const asked = state.phase === 'awaitingApproval' || state.phase === 'awaitingDeletion';
  return [
    ...(retrying.length > 0
      ? [
          {
            kind: 'timer' as const,
            timer: { name: 'retry' as const, stepIds: retrying },
            delayMs: terms.retry.firstDelayMs,
          },
        ]
      : []),
    ...(asked && approval
      ? [
          {
            kind: 'timer' as const,
            timer: { name: 'expiry' as const, approvalId: approval.id },
            delayMs: left(approval.expiresAt),
          },
        ]
      : []),
    ...(state.phase === 'retained' && deleteAt
      ? [{ kind: 'timer' as const, timer: { name: 'retention' as const, deleteAt }, delayMs: left(deleteAt) }]
      : []),
  ];
}

/** Asked again in words where people may not have heard it. */
function words(state: CaseState): Command[] {
  if (state.phase === 'held') return [{ kind: 'tell', notice: 'held' }];
  if (state.phase === 'awaitingApproval') return [{ kind: 'tell', notice: 'approvalAsked' }];
  if (state.phase === 'awaitingDeletion') return [{ kind: 'tell', notice: 'deletionAsked' }];
  return [];
}
