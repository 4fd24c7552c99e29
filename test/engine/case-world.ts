import type { CaseState } from '#model/offboarding.ts';
import type { Observation } from '#model/account.ts';
import type { Plan, Step } from '#model/plan.ts';
import { freshCase, isClosed, next } from '#engine/case.ts';
import type { CaseEvent, Command, Terms } from '#engine/case-events.ts';
import type { StepResult } from '#engine/case-steps.ts';
import { additions } from '#engine/plan.ts';
import { rules } from '#engine/stages.ts';
import { snapshotFor } from '#engine/undo.ts';
import { look, planFor, start } from './case-scenes.ts';

/** How a target system takes one attempt. */
export type Weather = 'fine' | 'down' | 'lies' | 'refuses' | 'answerLost';

const terms: Terms = {
  needed: { contain: 1, delete: 2 },
  expiresAfterMs: 1_000,
  retry: { attempts: 3, firstDelayMs: 10, maxDelayMs: 100 },
};
const operations = [
  'suspend',
  'revokeTokens',
  'removeEntitlements',
  'delete',
  'unsuspend',
  'restoreEntitlements',
] as const;

/** An imagined company of a few target systems around one case: the machine decides, this world acts and remembers the truth. */
export function imagine(systems: readonly string[]) {
  let state = freshCase('dana', 'hr');
  let pending: Command[] = [];
  let clock = Date.parse(start);
  const truth = new Map<string, Observation>(systems.map((id) => [id, alive()]));
  const approved = new Set<string>();
  const broken: string[] = [];

  function plan(): Plan {
    return planFor(Object.fromEntries([...truth.keys()].map((id) => [id, operations])), alive());
  }

  function tell(event: CaseEvent): boolean {
    const now = new Date(clock).toISOString();
    const before = state;
    const result = next(state, event, now, terms);
    if ('refused' in result) return false;
    ({ state } = result);
    pending.push(...result.commands.filter(({ kind }) => kind !== 'tell'));
    if (event.kind === 'decided' && event.verdict === 'approved' && state.phase !== before.phase)
      for (const step of state.plan.steps)
        if ((step.wave === 'delete') === (before.approval?.kind === 'delete')) approved.add(step.id);
    if (event.kind === 'decided') checkVote(before, event.approvalId);
    if (before.phase === 'cancelling' && state.phase === 'awaitingApproval')
      broken.push('a case that is being cancelled asks anew');
    if (state.phase === 'done' && before.phase !== 'done') checkDone();
    if (state.phase === 'restored' && before.phase !== 'restored') checkRestored();
    return true;
  }

  /** Carries out one of the commands that wait; a wave takes the weather that is given. */
  function carryOut(index: number, weather: Weather): void {
    const [command] = pending.splice(index % Math.max(1, pending.length), 1);
    if (command?.kind === 'plan') tell({ kind: 'planned', wave: command.wave, plan: plan() });
    if (command?.kind === 'timer') {
      clock += command.delayMs;
      tell({ kind: 'timer', timer: command.timer });
    }
    if (command?.kind !== 'act') return;
    const remade = plan();
    if (command.verifyPlan && additions(state.plan, remade).length > 0)
      return void tell({ kind: 'waveFinished', wave: command.wave, results: {}, plan: remade });
    const steps = [...state.plan.steps, ...state.undoSteps].filter(({ id }) => command.stepIds.includes(id));
    const results = Object.fromEntries(steps.map((step) => [step.id, attempt(step, weather)]));
    tell({ kind: 'waveFinished', wave: command.wave, results });
  }

  function attempt(step: Step, weather: Weather): StepResult {
    if (weather === 'down') return { outcome: 'unavailable', because: 'down' };
    const rule = rules[step.operation];
    const before = seen(step);
    const context = { since: state.startedAt ?? start, snapshot: snapshotFor(state, step) };
    if (rule.done(before, context)) return { outcome: 'unchanged', before, after: before };
    if (state.phase === 'cancelling') return { outcome: 'skipped' };
    if (weather === 'refuses') return { outcome: 'handedOver', because: 'refused', before };
    if (weather !== 'lies') act(step);
    if (weather === 'answerLost') return { outcome: 'unavailable', because: 'lost', before };
    const after = seen(step);
    return { outcome: rule.done(after, context) ? 'changed' : 'unproven', before, after };
  }

  function act(step: Step): void {
    if (rules[step.operation].wave !== 'undo' && !state.undoSteps.includes(step) && !approved.has(step.id))
      broken.push(`${step.id} was done without anybody's yes`);
    const account = seen(step);
    const { connector } = step.account;
    if (step.operation === 'delete') truth.set(connector, look({ status: 'absent' }));
    if (step.operation === 'suspend') truth.set(connector, { ...account, status: 'suspended' });
    if (step.operation === 'unsuspend') truth.set(connector, { ...account, status: 'active' });
    if (step.operation === 'revokeTokens') truth.set(connector, { ...account, tokens: [] });
    if (step.operation === 'removeEntitlements') truth.set(connector, { ...account, entitlements: [] });
    if (step.operation === 'restoreEntitlements')
      truth.set(connector, { ...account, entitlements: snapshotFor(state, step)?.entitlements });
  }

  function seen(step: Step): Observation {
    return truth.get(step.account.connector) ?? look({ status: 'absent' });
  }

  function checkVote(before: CaseState, approvalId: string): void {
    if (approvalId !== before.approval?.id) broken.push('a late click counted');
    const voters = state.approval?.votes.map(({ by }) => by) ?? [];
    if (new Set(voters).size < voters.length) broken.push('one person counted twice');
  }

  function checkDone(): void {
    for (const [id, account] of truth)
      if (account.status !== 'absent') broken.push(`done, but ${id} is ${account.status}`);
  }

  function checkRestored(): void {
    for (const [id, account] of truth) {
      if (account.status !== 'active') broken.push(`restored, but ${id} is ${account.status}`);
      if (account.entitlements?.length !== 1) broken.push(`restored, but ${id} lacks its group`);
    }
  }

  return {
    get state(): CaseState {
      return state;
    },
    get pending(): readonly Command[] {
      return pending;
    },
    broken,
    tell,
    carryOut,
    /** Another target system turns out to have an account. */
    discover: (id: string) => void (truth.has(id) || truth.set(id, alive())),
    /** Somebody clicks on whatever is asked now, or was asked a while ago. */
    decide: (by: string, verdict: 'approved' | 'rejected', approvalId = state.approval?.id ?? '') =>
      tell({ kind: 'decided', approvalId, verdict, by }),
    /** Everything works again and everybody answers: says whether the case comes to an end. */
    calm(): boolean {
      for (let turn = 0; turn < 300 && !isClosed(state.phase); turn++) {
        if (pending.some(({ kind }) => kind !== 'timer')) {
          carryOut(
            pending.findIndex(({ kind }) => kind !== 'timer'),
            'fine',
          );
          continue;
        }
        const stuck = Object.entries(state.steps).filter(
          ([, { status }]) => status === 'handedOver' || status === 'unproven',
        );
        if (this.decide(`a${turn}`, 'approved')) continue;
        if (stuck.some(([stepId]) => tell({ kind: 'tryAgain', stepId, by: 'it' }))) continue;
        if (pending.length > 0) carryOut(0, 'fine');
      }
      return isClosed(state.phase);
    },
  };
}

function alive(): Observation {
  return look({ tokens: [{ id: 't', name: 'Token' }], entitlements: [{ id: 'g', name: 'Group' }] });
}
