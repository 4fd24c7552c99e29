import type { CaseState, StepState } from '#model/offboarding.ts';
import type { Observation } from '#model/account.ts';
import type { Step } from '#model/plan.ts';
import type { Command, Next, Terms } from './case-events.ts';

/** How one attempt at a step ended. */
export type StepResult =
  | {
      readonly outcome: 'changed' | 'unchanged' | 'unproven';
      readonly before: Observation;
      readonly after: Observation;
      readonly because?: string | undefined;
    }
  | {
      readonly outcome: 'unavailable';
      readonly because: string;
      readonly retryAfterMs?: number | undefined;
      readonly before?: Observation | undefined;
    }
  | { readonly outcome: 'handedOver'; readonly because: string; readonly before?: Observation | undefined }
  /** Not begun: the wave was stopped first. */
  | { readonly outcome: 'skipped' };

/** Proven by a read, or attested by a person: nothing is left to do. */
export function isSettled({ status }: StepState): boolean {
  return status === 'changed' || status === 'unchanged' || status === 'attested';
}

export function stepState(state: CaseState, stepId: string): StepState {
  return state.steps[stepId] ?? { status: 'planned', attempts: 0 };
}

/** Gives every step of the plan a state; those named in `reset` begin anew. */
export function adopt(state: CaseState, reset: ReadonlySet<string> = new Set()): CaseState {
  const steps: Record<string, StepState> = { ...state.steps };
  for (const { id } of [...state.plan.steps, ...state.undoSteps])
    if (!steps[id] || reset.has(id)) steps[id] = { status: 'planned', attempts: 0 };
  return { ...state, steps };
}

/** Starts one wave over these steps. `verifyPlan` makes the plan anew first, so that nobody's yes is used for another plan. */
export function runSteps(state: CaseState, steps: readonly Step[], verifyPlan: boolean): Next {
  const wave = state.epoch + 1;
  const running = { ...state.steps };
  for (const { id } of steps) running[id] = { ...stepState(state, id), status: 'running', waveNumber: wave };
  return {
    state: { ...state, epoch: wave, steps: running },
    commands: [{ kind: 'act', wave, stepIds: steps.map(({ id }) => id), verifyPlan }],
  };
}

/** The ids of the steps that run now, in this wave or in any. */
export function runningSteps(state: CaseState, wave?: number): string[] {
  return Object.entries(state.steps)
    .filter(([, step]) => step.status === 'running' && (wave === undefined || step.waveNumber === wave))
    .map(([id]) => id);
}

/** Writes the results of a wave into the state. The first observation of a step stays: it is what undo goes back to. */
export function merge(
  state: CaseState,
  results: Readonly<Record<string, StepResult>>,
  retry: Terms['retry'],
): CaseState {
  const steps = { ...state.steps };
  for (const [id, result] of Object.entries(results)) steps[id] = ended(stepState(state, id), result, retry);
  return { ...state, steps };
}

function ended(step: StepState, result: StepResult, retry: Terms['retry']): StepState {
  const { because: _old, ...kept } = step;
  if (result.outcome === 'skipped') return { ...kept, status: 'planned' };
  const attempts = step.attempts + 1;
  const before = step.before ?? result.before;
  const tried = { ...kept, attempts, ...(before ? { before } : {}) };
  switch (result.outcome) {
    case 'changed':
    case 'unchanged':
      return { ...tried, status: wasChanged(step, result), after: result.after };
    case 'unproven':
      return {
        ...tried,
        status: 'unproven',
        after: result.after,
        ...(result.because ? { because: result.because } : {}),
      };
    case 'handedOver':
      return { ...tried, status: 'handedOver', because: result.because };
    case 'unavailable':
      return attempts < retry.attempts
        ? { ...tried, status: 'retrying', because: result.because }
        : { ...tried, status: 'handedOver', because: `Tried ${attempts} times. ${result.because}` };
  }
}

/** A second attempt that finds the goal reached is the proof of what the first one did. */
function wasChanged(step: StepState, result: StepResult): 'changed' | 'unchanged' {
  return result.outcome === 'changed' || (step.before !== undefined && step.attempts > 0) ? 'changed' : 'unchanged';
}

/** One timer for each step that is to be tried again, after the delay that the target system asked for or a growing one. */
export function retryTimers(
  before: CaseState,
  after: CaseState,
  results: Readonly<Record<string, StepResult>>,
  retry: Terms['retry'],
): Command[] {
  return Object.entries(results).flatMap(([id, result]): Command[] => {
    if (result.outcome !== 'unavailable' || after.steps[id]?.status !== 'retrying') return [];
    const grown = Math.min(retry.maxDelayMs, retry.firstDelayMs * 2 ** stepState(before, id).attempts);
    return [
      { kind: 'timer', timer: { name: 'retry', stepIds: [id] }, delayMs: Math.max(grown, result.retryAfterMs ?? 0) },
    ];
  });
}
