import type { CaseState, Phase, Vote } from '#model/offboarding.ts';
import type { Plan, Step } from '#model/plan.ts';
import type { Notice } from './notifier.ts';
import { additions, emptyPlan, mergePlans, type PlanChange } from './plan.ts';
import {
  adopt,
  isSettled,
  merge,
  retryTimers,
  runSteps,
  runningSteps,
  stepState,
  type StepResult,
} from './case-steps.ts';
import { inverse } from './undo.ts';

/** What may happen to a case. */
export type CaseEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'planned'; readonly wave: number; readonly plan: Plan; readonly held?: Held | undefined }
  | { readonly kind: 'released'; readonly batchId: string }
  | ({ readonly kind: 'decided'; readonly approvalId: string } & Pick<Vote, 'by' | 'verdict' | 'reason'>)
  | {
      readonly kind: 'waveFinished';
      readonly wave: number;
      readonly results: Readonly<Record<string, StepResult>>;
      /** The plan made anew before acting, where it would do more than was approved: then nothing was done. */
      readonly plan?: Plan | undefined;
    }
  | { readonly kind: 'timer'; readonly timer: Timer }
  | { readonly kind: 'tryAgain'; readonly stepId?: string | undefined; readonly by: string }
  | { readonly kind: 'attested'; readonly stepId: string; readonly by: string; readonly note: string }
  | { readonly kind: 'cancelled'; readonly by: string }
  | { readonly kind: 'undone'; readonly by: string };

export interface Held {
  readonly because: string;
  readonly batchId: string;
}

/** A timer names what it waits for, so that one that comes too late finds nothing to do. */
export type Timer =
  | { readonly name: 'expiry'; readonly approvalId: string }
  | { readonly name: 'retention'; readonly deleteAt: string }
  | { readonly name: 'retry'; readonly stepIds: readonly string[] }
  | { readonly name: 'lookAgain'; readonly lookups: number };

/** What the shell does for the machine. */
export type Command =
  | { readonly kind: 'plan'; readonly wave: number }
  | { readonly kind: 'act'; readonly wave: number; readonly stepIds: readonly string[]; readonly verifyPlan: boolean }
  | { readonly kind: 'timer'; readonly timer: Timer; readonly delayMs: number }
  | { readonly kind: 'tell'; readonly notice: Notice };

/** What the policy of the moment says about waiting. */
export interface Terms {
  readonly needed: { readonly contain: number; readonly delete: number };
  readonly expiresAfterMs: number;
  readonly retry: { readonly attempts: number; readonly firstDelayMs: number; readonly maxDelayMs: number };
}

export type Next = { readonly state: CaseState; readonly commands: readonly Command[] };
/** Why an event does not apply: a late click, a stale timer. Nothing changes. */
export type NotNow = { readonly refused: 'outdated' | 'alreadyDecided' | 'notNow' | 'unknownStep' };

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
      return again(state, event.stepId);
    case 'attested':
      return afterAttest(state, event, now);
    case 'cancelled':
      return stop(state, 'cancelled');
    case 'undone':
      return stop(state, 'restored');
  }
}

/** Asks every target system for the leaver's accounts. */
function look(state: CaseState): Next {
  const wave = state.epoch + 1;
  return { state: { ...state, epoch: wave, lookWave: wave }, commands: [{ kind: 'plan', wave }] };
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
  if (changes.length > 0 && state.phase !== 'held') return askAnew(rest, event.plan, changes, now, terms);
  const known = changes.length > 0 ? adopt({ ...rest, plan: mergePlans(state.plan, event.plan) }) : { ...rest };
  const looked = { ...known, plan: { ...known.plan, unknown: event.plan.unknown } };
  return withCommands(finish(looked), laterLook(looked, terms));
}

/** A target system that could not be asked is asked again by itself, as often as a step would be tried. */
function laterLook(state: CaseState, terms: Terms): Command[] {
  if (state.plan.unknown.length === 0 || state.lookups >= terms.retry.attempts) return [];
  const delayMs = Math.min(terms.retry.maxDelayMs, terms.retry.firstDelayMs * 4 ** state.lookups);
  return [{ kind: 'timer', timer: { name: 'lookAgain', lookups: state.lookups }, delayMs }];
}

function ask(state: CaseState, kind: 'contain' | 'delete', now: string, terms: Terms): Next {
  const epoch = state.epoch + 1;
  const approval = {
    id: `a${epoch}`,
    kind,
    planHash: state.plan.hash,
    needed: terms.needed[kind],
    askedAt: now,
    expiresAt: new Date(Date.parse(now) + terms.expiresAfterMs).toISOString(),
    votes: [],
  };
  const { heldBecause: _held, ...rest } = state;
  return {
    state: { ...rest, epoch, phase: kind === 'contain' ? 'awaitingApproval' : 'awaitingDeletion', approval },
    commands: [
      tell(kind === 'contain' ? 'approvalAsked' : 'deletionAsked'),
      { kind: 'timer', timer: { name: 'expiry', approvalId: approval.id }, delayMs: terms.expiresAfterMs },
    ],
  };
}

/** The approval was given to another plan: it is void, the changes are shown, and people are asked about the new one. */
function askAnew(state: CaseState, plan: Plan, changes: readonly PlanChange[], now: string, terms: Terms): Next {
  const reset = new Set(changes.flatMap(({ stepId }) => (stepId ? [stepId] : [])));
  const adopted = adopt({ ...state, plan: mergePlans(state.plan, plan) }, reset);
  const asked = ask({ ...adopted, planChanges: changes.map(({ what }) => what) }, 'contain', now, terms);
  return { ...asked, commands: [tell('planChanged'), ...asked.commands] };
}

function afterDecision(state: CaseState, event: CaseEvent & { kind: 'decided' }, now: string): Next | NotNow {
  const { approval } = state;
  if (!approval || approval.id !== event.approvalId) return { refused: 'outdated' };
  if (state.phase !== 'awaitingApproval' && state.phase !== 'awaitingDeletion') return { refused: 'alreadyDecided' };
  if (Date.parse(now) >= Date.parse(approval.expiresAt)) return { refused: 'outdated' };
  if (approval.votes.some(({ by }) => by === event.by)) return { refused: 'alreadyDecided' };
  const { by, verdict, reason } = event;
  const votes = [...approval.votes, { by, verdict, at: now, ...(reason ? { reason } : {}) }];
  const voted: CaseState = { ...state, approval: { ...approval, votes } };
  if (verdict === 'rejected') return refuse(voted, 'rejected', now);
  if (votes.length < approval.needed) return { state: voted, commands: [] };
  return approval.kind === 'contain' ? begin(voted, now) : beginDeletion(voted);
}

function begin(state: CaseState, now: string): Next {
  const started: CaseState = { ...state, phase: 'containing', planChanges: [], startedAt: state.startedAt ?? now };
  const steps = planned(started, 'contain');
  if (steps.length === 0) return withCommands(advance(started), [tell('approved')], 'first');
  return withCommands(runSteps(started, steps, true), [tell('approved')], 'first');
}

/** Deletes only where every step before it is settled; the rest waits for a person. */
function beginDeletion(state: CaseState): Next {
  const blocked = planned(state, 'delete').filter((step) => !readyToDelete(state, step));
  const steps = { ...state.steps };
  for (const { id } of blocked)
    steps[id] = {
      ...stepState(state, id),
      status: 'handedOver',
      because: 'Not deleted: a step before it is not proven. Settle that step, then try this one again.',
    };
  const deleting: CaseState = { ...state, phase: 'deleting', steps };
  const ready = planned(deleting, 'delete');
  return ready.length > 0 ? runSteps(deleting, ready, true) : { state: deleting, commands: [tell('needsPerson')] };
}

function readyToDelete(state: CaseState, step: Step): boolean {
  return state.plan.steps
    .filter(
      ({ account, wave }) =>
        wave !== 'delete' && account.connector === step.account.connector && account.id === step.account.id,
    )
    .every(({ id }) => isSettled(stepState(state, id)));
}

/** No, or no answer in time. Before anything was done the case closes; later it goes back to where it rested. */
function refuse(state: CaseState, how: 'rejected' | 'expired', now: string): Next {
  if (!state.startedAt) return close(state, how, how);
  const kept = state.approval?.kind === 'delete' && how === 'rejected';
  if (
    kept &&
    state.plan.unknown.length === 0 &&
    state.plan.steps.every((step) => step.wave === 'delete' || isSettled(stepState(state, step.id)))
  )
    return close(state, 'kept', 'deletionKept');
  return withCommands(rest(state, now), [tell(kept ? 'deletionKept' : how)], 'first');
}

function afterWave(
  state: CaseState,
  event: CaseEvent & { kind: 'waveFinished' },
  now: string,
  terms: Terms,
): Next | NotNow {
  const running = runningSteps(state, event.wave);
  if (running.length === 0) return notNow;
  if (event.plan) {
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

/** What people should hear of after a wave: containment that became complete, steps that now need a person. */
function news(before: CaseState, after: CaseState): Command[] {
  const contained = (state: CaseState) =>
    state.plan.steps.every((step) => step.wave !== 'contain' || isSettled(stepState(state, step.id)));
  const waiting = (state: CaseState) =>
    Object.values(state.steps).filter(({ status }) => status === 'handedOver' || status === 'unproven').length;
  return [
    ...(after.phase !== 'undoing' && after.phase !== 'cancelling' && !contained(before) && contained(after)
      ? [tell('suspended')]
      : []),
    ...(waiting(after) > waiting(before) ? [tell('needsPerson')] : []),
  ];
}

/** Goes on when nothing of the present phase is left to begin or still running. */
function advance(state: CaseState, now: string = state.startedAt ?? ''): Next {
  const busy = (wave: Step['wave']) =>
    state.plan.steps.some(
      (step) => step.wave === wave && ['planned', 'running'].includes(stepState(state, step.id).status),
    );
  switch (state.phase) {
    case 'containing': {
      if (busy('contain')) return { state, commands: [] };
      const removing: CaseState = { ...state, phase: 'removing' };
      const steps = planned(removing, 'remove');
      return steps.length > 0 ? runSteps(removing, steps, false) : advance(removing, now);
    }
    case 'removing':
      return busy('remove') ? { state, commands: [] } : rest(state, now);
    case 'cancelling':
      return runningSteps(state).length > 0 ? { state, commands: [] } : undo(state);
    default:
      return finish(state);
  }
}

/** Everything reversible is done: wait for the retention, or close where nothing is to be deleted. */
function rest(state: CaseState, now: string): Next {
  if (!state.plan.steps.some(({ wave }) => wave === 'delete')) return finish({ ...state, phase: 'removing' });
  const delayMs = state.plan.retentionDays * 86_400_000;
  const deleteAt = new Date(Date.parse(now) + delayMs).toISOString();
  return {
    state: { ...state, phase: 'retained', deleteAt },
    commands: [{ kind: 'timer', timer: { name: 'retention', deleteAt }, delayMs }],
  };
}

/** Closes the case where every step is settled and no target system is left unasked; else leaves it as it is. */
function finish(state: CaseState): Next {
  const settled = (steps: readonly Step[]) => steps.every(({ id }) => isSettled(stepState(state, id)));
  if (state.phase === 'undoing' && settled(state.undoSteps))
    return close(state, state.after ?? 'restored', state.after ?? 'restored');
  const over = state.phase === 'removing' || state.phase === 'deleting';
  return over && settled(state.plan.steps) && state.plan.unknown.length === 0
    ? close(state, 'done', 'done')
    : { state, commands: [] };
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

function again(state: CaseState, stepId: string | undefined): Next | NotNow {
  if (!stepId) return state.plan.unknown.length > 0 && state.phase !== 'undoing' ? look(state) : notNow;
  const undone = state.undoSteps.find(({ id }) => id === stepId);
  const step = undone ?? state.plan.steps.find(({ id }) => id === stepId);
  if (!step) return { refused: 'unknownStep' };
  if (!['handedOver', 'unproven', 'retrying'].includes(stepState(state, stepId).status)) return notNow;
  const open: readonly Phase[] = undone
    ? ['undoing']
    : step.wave === 'delete'
      ? ['deleting']
      : ['containing', 'removing', 'retained', 'awaitingDeletion', 'deleting'];
  if (!open.includes(state.phase) || (step.wave === 'delete' && !readyToDelete(state, step))) return notNow;
  return runSteps(state, [step], false);
}

function afterAttest(state: CaseState, event: CaseEvent & { kind: 'attested' }, now: string): Next | NotNow {
  if (!(event.stepId in state.steps)) return { refused: 'unknownStep' };
  const step = stepState(state, event.stepId);
  if (step.status !== 'handedOver') return notNow;
  const { because: _done, ...kept } = step;
  const attested = { ...kept, status: 'attested' as const, by: event.by, note: event.note };
  const after: CaseState = { ...state, steps: { ...state.steps, [event.stepId]: attested } };
  return withCommands(advance(after, now), news(state, after), 'first');
}

/** Cancel and undo: before anything was done the case just closes; else what was changed is given back. */
function stop(state: CaseState, after: 'cancelled' | 'restored'): Next | NotNow {
  const untouched = !state.startedAt;
  if (untouched) return after === 'cancelled' ? close(state, 'cancelled', 'cancelled') : notNow;
  if (['deleting', 'undoing', 'cancelling'].includes(state.phase)) return notNow;
  const stopping: CaseState = { ...state, phase: 'cancelling', after };
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

function close(state: CaseState, phase: Phase, notice: Notice): Next {
  return { state: { ...state, phase }, commands: [tell(notice)] };
}

function planned(state: CaseState, wave: Step['wave']): Step[] {
  return state.plan.steps.filter((step) => step.wave === wave && stepState(state, step.id).status === 'planned');
}

function tell(notice: Notice): Command {
  return { kind: 'tell', notice };
}

function withCommands(result: Next, more: readonly Command[], where: 'first' | 'last' = 'last'): Next {
  return { ...result, commands: where === 'first' ? [...more, ...result.commands] : [...result.commands, ...more] };
}
