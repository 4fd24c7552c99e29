import type { Identity } from '#model/identity.ts';
import type { CaseState, Offboarding, StepState } from '#model/offboarding.ts';
import type { Step } from '#model/plan.ts';
import { isClosed } from './case.ts';
import { isSettled, merge, runningSteps, stepState } from './case-steps.ts';
import type { Connector } from './connectors/connector.ts';
import type { CaseView, StepView } from './engine.ts';
import type { Stage } from './stages.ts';
import type { Trail } from './trail.ts';
import type { Terms } from './case-events.ts';
import { mayUndo } from './undo.ts';
import { resultOf } from './wave.ts';

/** The case as it stands now: its record, and over it what the running waves have finished since it was written. */
export async function overlay(offboarding: Offboarding, trail: Trail, retry: Terms['retry']): Promise<CaseState> {
  const { state, id } = offboarding;
  const waves = new Set(runningSteps(state).map((step) => state.steps[step]?.waveNumber ?? 0));
  const events = (await Promise.all([...waves].map((wave) => trail.finished(id, wave)))).flat();
  const results = Object.fromEntries(
    events.flatMap((event) => (event.stepId ? [[event.stepId, resultOf(event)]] : [])),
  );
  return merge(state, results, retry);
}

/** Pure: what people see of a case. */
export function caseView(input: {
  offboarding: Offboarding;
  state: CaseState;
  subject: Identity;
  requester: Identity | undefined;
  manager: Identity | undefined;
  approverIds: readonly string[];
  connectors: ReadonlyMap<string, Connector>;
}): CaseView {
  const { offboarding, state, connectors } = input;
  const view = (step: Step): StepView => {
    const { note: attestation, ...rest } = stepState(state, step.id);
    const connector = connectors.get(step.account.connector);
    return {
      ...step,
      ...rest,
      ...(attestation ? { attestation } : {}),
      system: connector?.name ?? step.account.connector,
      byHand: connector?.byHand !== undefined,
      ...(connector?.byHand ? { ownerEmail: connector.byHand.ownerEmail } : {}),
    };
  };
  return {
    id: offboarding.id,
    phase: state.phase,
    stage: stageOf(state),
    closed: isClosed(state.phase),
    subject: input.subject,
    requester: input.requester,
    manager: input.manager,
    offboarding: { ...offboarding, state },
    steps: [...state.plan.steps, ...state.undoSteps].map(view),
    approverIds: input.approverIds,
    mayUndo: mayUndo(state),
    batchId: state.batchId,
  };
}

/** The stage that is proven, not the one that is wished for. */
export function stageOf(state: CaseState): Stage {
  const settled = (wave: Step['wave']) => {
    const steps = state.plan.steps.filter((step) => step.wave === wave);
    return steps.length > 0 && steps.every(({ id }) => isSettled(stepState(state, id)));
  };
  if (state.phase === 'undoing' || state.phase === 'restored' || !settled('contain')) return 'active';
  if (settled('delete')) return 'deleted';
  return settled('remove') ? 'deprovisioning' : 'suspended';
}

/** How many steps a fresh read has proven, a person has attested, and how many are neither. */
export function tally(steps: readonly Pick<StepState, 'status'>[]): { proven: number; attested: number; open: number } {
  const proven = steps.filter(({ status }) => status === 'changed' || status === 'unchanged').length;
  const attested = steps.filter(({ status }) => status === 'attested').length;
  return { proven, attested, open: steps.length - proven - attested };
}
