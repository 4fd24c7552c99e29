import type { CaseState } from '#model/offboarding.ts';
import type { Plan, Step } from '#model/plan.ts';
import { type CaseEvent, type Next, type NotNow, tell, type Terms, withCommands } from './case-events.ts';
import { advance, close, planned, rest, withoutRetries } from './case-progress.ts';
import { adopt, isSettled, runSteps, stepState } from './case-steps.ts';
import { mergePlans, type PlanChange } from './plan.ts';

export function ask(state: CaseState, kind: 'contain' | 'delete', now: string, terms: Terms): Next {
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
export function askAnew(state: CaseState, plan: Plan, changes: readonly PlanChange[], now: string, terms: Terms): Next {
  const reset = new Set(changes.flatMap(({ stepId }) => (stepId ? [stepId] : [])));
  const adopted = withoutRetries(adopt({ ...state, plan: mergePlans(state.plan, plan) }, reset));
  const asked = ask({ ...untouched(adopted), planChanges: changes.map(({ what }) => what) }, 'contain', now, terms);
  return { ...asked, commands: [tell('planChanged'), ...asked.commands] };
}

export function afterDecision(state: CaseState, event: CaseEvent & { kind: 'decided' }, now: string): Next | NotNow {
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

/** The first wave makes the plan anew before it acts, whichever wave that is. */
function begin(state: CaseState, now: string): Next {
  const started: CaseState = { ...state, phase: 'containing', planChanges: [], startedAt: state.startedAt ?? now };
  const contain = planned(started, 'contain');
  const removing: CaseState = { ...started, phase: 'removing' };
  const remove = planned(removing, 'remove');
  if (contain.length > 0) return withCommands(runSteps(started, contain, true), [tell('approved')], 'first');
  if (remove.length > 0) return withCommands(runSteps(removing, remove, true), [tell('approved')], 'first');
  return withCommands(advance(started), [tell('approved')], 'first');
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

export function readyToDelete(state: CaseState, step: Step): boolean {
  return state.plan.steps
    .filter(
      ({ account, wave }) =>
        wave !== 'delete' && account.connector === step.account.connector && account.id === step.account.id,
    )
    .every(({ id }) => isSettled(stepState(state, id)));
}

/** No, or no answer in time. Before anything was done the case closes; later it goes back to where it rested. */
export function refuse(state: CaseState, how: 'rejected' | 'expired', now: string): Next {
  if (!state.startedAt) return close(state, how, how);
  if (state.approval?.kind === 'contain')
    return withCommands(rest(leftOut(state), now), [tell(how), tell('needsPerson')], 'first');
  const kept = state.approval?.kind === 'delete' && how === 'rejected';
  if (
    kept &&
    state.plan.unknown.length === 0 &&
    state.plan.steps.every((step) => step.wave === 'delete' || isSettled(stepState(state, step.id)))
  )
    return close(state, 'kept', 'deletionKept');
  return withCommands(rest(state, now), [tell(kept ? 'deletionKept' : how)], 'first');
}

/** What was newly found and not approved stays undone, and stays in sight until a person settles it. */
function leftOut(state: CaseState): CaseState {
  const steps = { ...state.steps };
  for (const { id } of [...planned(state, 'contain'), ...planned(state, 'remove')])
    steps[id] = {
      ...stepState(state, id),
      status: 'handedOver',
      unapproved: true,
      because: 'Not approved, so not done. Try again asks for an approval anew.',
    };
  return { ...state, steps };
}

/** What was left out is put to the approvers again. */
export function withoutVerdict(state: CaseState): CaseState {
  const left = Object.keys(state.steps).filter((id) => stepState(state, id).unapproved);
  return adopt(state, new Set(left));
}

/** Approved, but the plan changed before the first step began: then the case has not started. */
function untouched(state: CaseState): CaseState {
  if (!Object.values(state.steps).every(({ status }) => status === 'planned')) return state;
  const { startedAt: _never, ...rest } = state;
  return rest;
}
