import type { CaseState, Phase } from '#model/offboarding.ts';
import type { Step } from '#model/plan.ts';
import { type Command, type Next, type NotNow, tell, withCommands } from './case-events.ts';
import { adopt, isSettled, runningSteps, runSteps, stepState } from './case-steps.ts';
import type { Notice } from './notifier.ts';
import { inverse } from './undo.ts';

/** Goes on when nothing of the present phase is left to begin or still running. */
export function advance(state: CaseState, now: string = state.startedAt ?? ''): Next {
  const busy = (wave: Step['wave']) =>
    state.plan.steps.some(
      (step) => step.wave === wave && ['planned', 'running'].includes(stepState(state, step.id).status),
    );
  const waits: Next = { state, commands: [] };
  if (state.phase === 'cancelling') return runningSteps(state).length > 0 ? waits : undo(state);
  if (state.phase === 'removing') return busy('remove') ? waits : rest(state, now);
  if (state.phase !== 'containing') return finish(state);
  if (busy('contain')) return waits;
  const removing: CaseState = { ...state, phase: 'removing' };
  const steps = planned(removing, 'remove');
  return steps.length > 0 ? runSteps(removing, steps, false) : advance(removing, now);
}

/** Everything reversible is done: wait for the retention, or close where nothing is to be deleted. */
export function rest(state: CaseState, now: string): Next {
  if (!state.plan.steps.some(({ wave }) => wave === 'delete')) return finish({ ...state, phase: 'removing' });
  const delayMs = state.plan.retentionDays * 86_400_000;
  const deleteAt = new Date(Date.parse(now) + delayMs).toISOString();
  return {
    state: { ...state, phase: 'retained', deleteAt },
    commands: [{ kind: 'timer', timer: { name: 'retention', deleteAt }, delayMs }],
  };
}

/** Where nothing is left to do, looks at every target system a last time: only then may the case say that it is done. */
export function finish(state: CaseState): Next {
  if (state.phase === 'undoing' && areSettled(state, state.undoSteps))
    return close(state, state.after ?? 'restored', state.after ?? 'restored');
  return isOver(state) && state.lookWave === undefined ? look({ ...state, lookups: 0 }) : { state, commands: [] };
}

/** Every step is settled and no target system is left unasked. */
export function isOver(state: CaseState): boolean {
  const last = state.phase === 'removing' || state.phase === 'deleting';
  return last && areSettled(state, state.plan.steps) && state.plan.unknown.length === 0;
}

function areSettled(state: CaseState, steps: readonly Step[]): boolean {
  return steps.every(({ id }) => isSettled(stepState(state, id)));
}

/** Asks every target system for the leaver's accounts. */
export function look(state: CaseState): Next {
  const wave = state.epoch + 1;
  return { state: { ...state, epoch: wave, lookWave: wave }, commands: [{ kind: 'plan', wave }] };
}

export function close(state: CaseState, phase: Phase, notice: Notice): Next {
  return { state: { ...state, phase }, commands: [tell(notice)] };
}

export function planned(state: CaseState, wave: Step['wave']): Step[] {
  return state.plan.steps.filter((step) => step.wave === wave && stepState(state, step.id).status === 'planned');
}

/** Cancel and undo: before anything was done the case just closes; else what was changed is given back. */
export function stop(state: CaseState, after: 'cancelled' | 'restored'): Next | NotNow {
  const untouched = !state.startedAt;
  if (untouched) return after === 'cancelled' ? close(state, 'cancelled', 'cancelled') : { refused: 'notNow' };
  if (['deleting', 'undoing', 'cancelling'].includes(state.phase)) return { refused: 'notNow' };
  const stopping = withoutRetries({ ...state, phase: 'cancelling', after });
  return withCommands(
    runningSteps(stopping).length > 0 ? { state: stopping, commands: [] } : undo(stopping),
    [tell('undoing')],
    'first',
  );
}

function undo(state: CaseState): Next {
  const steps = inverse(state);
  const undoing = adopt({ ...state, phase: 'undoing', undoSteps: steps });
  return steps.length > 0 ? runSteps(undoing, steps, false) : finish(undoing);
}

/** What people should hear of after a wave: containment that became complete, steps that now need a person. */
export function news(before: CaseState, after: CaseState): Command[] {
  const contained = (state: CaseState) =>
    state.plan.steps.every((step) => step.wave !== 'contain' || isSettled(stepState(state, step.id)));
  const waits = (state: CaseState, id: string) => ['handedOver', 'unproven'].includes(stepState(state, id).status);
  const newlyWaiting = Object.keys(after.steps).some((id) => waits(after, id) && !waits(before, id));
  return [
    ...(after.phase !== 'undoing' && after.phase !== 'cancelling' && !contained(before) && contained(after)
      ? [tell('suspended')]
      : []),
    ...(newlyWaiting ? [tell('needsPerson')] : []),
  ];
}

/** Steps that wait for another try wait for the new approval like all others. */
export function withoutRetries(state: CaseState): CaseState {
  const steps = Object.entries(state.steps).map(([id, step]) => [
    id,
    step.status === 'retrying' ? { ...step, status: 'planned' as const } : step,
  ]);
  return { ...state, steps: Object.fromEntries(steps) };
}
