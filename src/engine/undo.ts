import type { CaseState } from '#model/offboarding.ts';
import type { Step } from '#model/plan.ts';
import { stepState } from './case-steps.ts';
import { stepId } from './plan.ts';
import { rules } from './stages.ts';

/**
 * The steps that give back what this case changed, or may have changed: from the snapshots taken before the first write,
 * never from a guess. What was so before the case stays so.
 */
export function inverse(state: CaseState): Step[] {
  return state.plan.steps.flatMap((step): Step[] => {
    const back = rules[step.operation].undo;
    if (back === 'none' || !step.reversible || !wasTouched(state, step)) return [];
    const snapshot = stepState(state, step.id).before;
    return [
      {
        id: stepId(step.account, back),
        wave: step.wave,
        account: step.account,
        operation: back,
        reversible: true,
        affects: back === 'restoreEntitlements' ? [...(snapshot?.entitlements ?? [])] : [],
      },
    ];
  });
}

/** Whether undo has anything to give back. */
export function mayUndo(state: CaseState): boolean {
  return (
    ['awaitingApproval', 'containing', 'removing', 'retained', 'awaitingDeletion'].includes(state.phase) &&
    state.startedAt !== undefined &&
    inverse(state).length > 0
  );
}

function wasTouched(state: CaseState, step: Step): boolean {
  const { status, before } = stepState(state, step.id);
  // What a person was asked for and did not say was done is not there to be taken back.
  if (step.manual && status !== 'attested') return false;
  // A step that was looked at may have been done, whatever became of its answer.
  if (!before || status === 'unchanged') return false;
  return !rules[step.operation].done(before, { since: state.startedAt ?? before.at });
}

/** The snapshot a giving-back step needs: what its forward step saw before the first write. */
export function snapshotFor(state: CaseState, step: Step): CaseState['steps'][string]['before'] {
  const forward = state.plan.steps.find(
    ({ account, operation }) =>
      rules[operation].undo === step.operation &&
      account.connector === step.account.connector &&
      account.id === step.account.id,
  );
  return stepState(state, forward?.id ?? step.id).before;
}
