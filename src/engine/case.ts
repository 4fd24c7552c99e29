import type { CaseState, Phase } from '#model/offboarding.ts';
import { afterDecision, ask, askAnew, readyToDelete, refuse, withoutVerdict } from './case-approval.ts';
import {
  type CaseEvent,
  type Command,
  type Next,
  type NotNow,
  tell,
  type Terms,
  type Timer,
  withCommands,
} from './case-events.ts';
import { advance, close, finish, isOver, look, news, stop } from './case-progress.ts';
import { adopt, merge, retryTimers, runningSteps, runSteps, stepState } from './case-steps.ts';
import { additions, emptyPlan, mergePlans } from './plan.ts';

const closedPhases: ReadonlySet<Phase> = new Set(['done', 'kept', 'restored', 'rejected', 'expired', 'cancelled']);
const notNow: NotNow = { refused: 'notNow' };

export function isClosed(phase: Phase): boolean {
  return closedPhases.has(phase);
}

/** A case before anything happened. */
export function freshCase(subjectId: string, requesterId: string): CaseState {
  const plan = emptyPlan(subjectId);
  return {
    v: 1,
    phase: 'planning',
    epoch: 0,
    requesterId,
    plan,
    planChanges: [],
    undoSteps: [],
    lookups: 0,
    steps: {},
  };
}

/**
 * The case as a state machine: what `event` makes of `state` at the time `now` (ISO 8601), or why it does not apply.
 * Pure: no clock, no store, no engine.
 */
export function next(state: CaseState, event: CaseEvent, now: string, terms: Terms): Next | NotNow {
  if (isClosed(state.phase)) return event.kind === 'decided' ? { refused: 'alreadyDecided' } : notNow;
  switch (event.kind) {
    case 'opened':
      return state.epoch === 0 ? look(state) : notNow;
    case 'planned':
      return afterLook(state, event, now, terms);
    case 'released':
      return state.phase === 'held' && state.batchId === event.batchId ? ask(state, 'contain', now, terms) : notNow;
    case 'decided':
      return afterDecision(state, event, now);
    case 'waveFinished':
      return afterWave(state, event, now, terms);
    case 'timer':
      return afterTimer(state, event.timer, now, terms);
    case 'tryAgain':
      return again(state, event.stepId, now, terms);
    case 'attested':
      return afterAttest(state, event, now, terms);
    case 'cancelled':
      return stop(state, 'cancelled');
    case 'undone':
      return stop(state, 'restored');
  }
}

function afterLook(state: CaseState, event: CaseEvent & { kind: 'planned' }, now: string, terms: Terms): Next | NotNow {
  if (event.wave !== state.lookWave) return notNow;
  const { lookWave: _over, ...rest } = state;
  if (state.phase === 'planning') {
    const planned = adopt({ ...rest, plan: event.plan });
    if (event.plan.steps.length === 0 && event.plan.unknown.length === 0) return close(planned, 'done', 'done');
    const lookAgain = laterLook(planned, terms);
    if (!event.held) return withCommands(ask(planned, 'contain', now, terms), lookAgain);
    const { because: heldBecause, batchId } = event.held;
    return { state: { ...planned, phase: 'held', heldBecause, batchId }, commands: [tell('held'), ...lookAgain] };
  }
  const changes = additions(state.plan, event.plan);
  // A case that is being given back takes up nothing new, and one that is deleting finishes that first.
  const busy =
    ['cancelling', 'undoing'].includes(state.phase) || (state.phase === 'deleting' && runningSteps(state).length > 0);
  if (changes.length > 0 && busy) return { state: rest, commands: [] };
  if (changes.length > 0 && state.phase !== 'held') return askAnew(rest, event.plan, changes, now, terms);
  const known = changes.length > 0 ? adopt({ ...rest, plan: mergePlans(state.plan, event.plan) }) : { ...rest };
  const looked = { ...known, plan: { ...known.plan, unknown: event.plan.unknown } };
  if (isOver(looked)) return close(looked, 'done', 'done');
  return withCommands(finish(looked), laterLook(looked, terms));
}

/** A target system that could not be asked is asked again by itself, as often as a step would be tried. */
function laterLook(state: CaseState, terms: Terms): Command[] {
  if (state.plan.unknown.length === 0 || state.lookups >= terms.retry.attempts) return [];
  const delayMs = Math.min(terms.retry.maxDelayMs, terms.retry.firstDelayMs * 4 ** state.lookups);
  return [{ kind: 'timer', timer: { name: 'lookAgain', lookups: state.lookups }, delayMs }];
}

function afterWave(
  state: CaseState,
  event: CaseEvent & { kind: 'waveFinished' },
  now: string,
  terms: Terms,
): Next | NotNow {
  const running = runningSteps(state, event.wave);
  if (running.length === 0) return notNow;
  if (event.plan && state.phase !== 'cancelling') {
    const back = merge(
      state,
      Object.fromEntries(running.map((id) => [id, { outcome: 'skipped' as const }])),
      terms.retry,
    );
    return askAnew(back, event.plan, additions(state.plan, event.plan), now, terms);
  }
  const results = Object.fromEntries(running.map((id) => [id, event.results[id] ?? { outcome: 'skipped' as const }]));
  const merged = merge(state, results, terms.retry);
  return withCommands(
    advance(merged, now),
    [...news(state, merged), ...retryTimers(state, merged, results, terms.retry)],
    'first',
  );
}

function afterTimer(state: CaseState, timer: Timer, now: string, terms: Terms): Next | NotNow {
  switch (timer.name) {
    case 'expiry': {
      const asked = state.phase === 'awaitingApproval' || state.phase === 'awaitingDeletion';
      return asked && state.approval?.id === timer.approvalId ? refuse(state, 'expired', now) : notNow;
    }
    case 'retention':
      return state.phase === 'retained' && state.deleteAt === timer.deleteAt
        ? ask(state, 'delete', now, terms)
        : notNow;
    case 'retry': {
      const steps = [...state.plan.steps, ...state.undoSteps].filter(
        ({ id }) => timer.stepIds.includes(id) && stepState(state, id).status === 'retrying',
      );
      return steps.length > 0 ? runSteps(state, steps, false) : notNow;
    }
    case 'lookAgain':
      if (state.plan.unknown.length === 0 || state.lookups !== timer.lookups) return notNow;
      return look({ ...state, lookups: state.lookups + 1 });
  }
}

function again(state: CaseState, stepId: string | undefined, now: string, terms: Terms): Next | NotNow {
  if (!stepId) return state.plan.unknown.length > 0 && state.phase !== 'undoing' ? look(state) : notNow;
  const undone = state.undoSteps.find(({ id }) => id === stepId);
  const step = undone ?? state.plan.steps.find(({ id }) => id === stepId);
  if (!step) return { refused: 'unknownStep' };
  if (!['handedOver', 'unproven', 'retrying'].includes(stepState(state, stepId).status)) return notNow;
  if (stepState(state, stepId).unapproved)
    return ['removing', 'retained'].includes(state.phase) ? ask(withoutVerdict(state), 'contain', now, terms) : notNow;
  const open: readonly Phase[] = undone
    ? ['undoing']
    : step.wave === 'delete'
      ? ['deleting']
      : ['containing', 'removing', 'retained', 'awaitingDeletion', 'deleting'];
  if (!open.includes(state.phase) || (step.wave === 'delete' && !readyToDelete(state, step))) return notNow;
  return runSteps(state, [step], false);
}

function afterAttest(
  before: CaseState,
  event: CaseEvent & { kind: 'attested' },
  now: string,
  terms: Terms,
): Next | NotNow {
  if (!(event.stepId in before.steps)) return { refused: 'unknownStep' };
  // Its wave may still run for other steps; people see how this one ended and may answer at once.
  const early = stepState(before, event.stepId).status === 'running' && event.ended;
  const state = early ? merge(before, { [event.stepId]: early }, terms.retry) : before;
  const step = stepState(state, event.stepId);
  if (step.status !== 'handedOver') return notNow;
  const { because: _done, ...kept } = step;
  const attested = { ...kept, status: 'attested' as const, by: event.by, note: event.note };
  const after: CaseState = { ...state, steps: { ...state.steps, [event.stepId]: attested } };
  return withCommands(advance(after, now), news(state, after), 'first');
}
