import type { CaseView, StepView } from '#engine/engine.ts';
import type { Phase, StepStatus } from '#model/offboarding.ts';
import type { Operation } from '#model/plan.ts';
import { oneLine } from './text.ts';

/** Where a case stands, in a word; says.ts has the sentences. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  planning: 'Planning',
  held: 'Held',
  awaitingApproval: 'Waiting for approval',
  containing: 'Containing',
  removing: 'Removing',
  retained: 'Retained',
  awaitingDeletion: 'Waiting for approval to delete',
  deleting: 'Deleting',
  cancelling: 'Cancelling',
  undoing: 'Undoing',
  done: 'Done',
  kept: 'Kept',
  restored: 'Restored',
  rejected: 'Rejected',
  expired: 'Expired',
  cancelled: 'Cancelled',
};

/** The phases in which the proven stage tells more than the phase's own word. */
const staged: ReadonlySet<Phase> = new Set<Phase>([
  'containing',
  'removing',
  'retained',
  'awaitingDeletion',
  'deleting',
  'done',
  'kept',
]);

/** `Removing · stage suspended`: where the case stands, and how far its steps have brought the accounts. */
export function standing({ phase, stage, offboarding, steps }: CaseView): string {
  const { plan, startedAt } = offboarding.state;
  const shows = steps.length > 0 && (staged.has(phase) || (phase === 'awaitingApproval' && startedAt !== undefined));
  const where = plan.unknown.length > 0 ? ' where it could be asked' : '';
  return shows ? `${phaseWords[phase]} · stage ${stage}${where}` : phaseWords[phase];
}

export const operationWords: Readonly<Record<Operation, string>> = {
  suspend: 'suspend sign-in',
  revokeSessions: 'end sessions',
  revokeTokens: 'revoke tokens',
  removeEntitlements: 'remove groups, roles and seats',
  delete: 'delete the account',
  unsuspend: 'allow sign-in again',
  restoreEntitlements: 'give back groups, roles and seats',
};

/** A sign and words for each state; only a fresh read is called proven. */
const statusWords: Readonly<Record<StepStatus, readonly [sign: string, words: string]>> = {
  planned: ['○', 'planned'],
  running: ['◐', 'running'],
  retrying: ['↻', 'waiting to be tried again'],
  changed: ['✓', 'proven (changed)'],
  unchanged: ['✓', 'proven (already so)'],
  unproven: ['?', 'unproven'],
  handedOver: ['!', 'handed to a person'],
  attested: ['✎', 'by hand'],
};

export type Names = ReadonlyMap<string, string>;

export function nameOf(names: Names, id: string): string {
  return oneLine(names.get(id) ?? id);
}

/** Who was asked to do a step in a system without an interface, its owner or the manager of an owner who leaves; else why nobody was. */
export type Reached = 'owner' | 'manager' | 'notInSlack' | 'leaves';

const reachedWords: Readonly<Record<Reached, string>> = {
  owner: 'owner asked',
  manager: 'owner leaves, manager asked',
  notInSlack: 'owner not in Slack',
  leaves: 'owner leaves, nobody asked',
};

/** What the steps of a card are shown from. */
export interface StepsInput {
  readonly view: CaseView;
  /** The names of the people whose ids the case carries. */
  readonly names: Names;
  /** Whether the owners of systems without an interface were asked, by step id. */
  readonly reached?: ReadonlyMap<string, Reached> | undefined;
}

/** `✓ proven (changed)`, `✎ by hand (Ivo Petrov)`, `! handed to a person (owner not in Slack)`. */
export function statusOf(step: StepView, names: Names, reached?: Reached): string {
  const [sign, words] = statusWords[step.status];
  if (step.status === 'attested' && step.by) return `${sign} ${words} (${nameOf(names, step.by)})`;
  return reached ? `${sign} ${words} (${reachedWords[reached]})` : `${sign} ${words}`;
}

/** `Okta · dana.reyes · suspend sign-in`. */
export function stepTitle(step: StepView): string {
  return `${oneLine(step.system)} · ${oneLine(step.account.handle)} · ${operationWords[step.operation]}`;
}

export function isProven({ status }: StepView): boolean {
  return status === 'changed' || status === 'unchanged';
}

export function needsPerson({ status }: StepView): boolean {
  return status === 'handedOver' || status === 'unproven';
}

/** Whether the step gives back what another one took. */
export function isGivingBack({ operation }: StepView): boolean {
  return operation === 'unsuspend' || operation === 'restoreEntitlements';
}

/** Why a step waits and what to do. The owner of a system wrote down how access is taken there, not how it is given back. */
export function becauseOf(view: CaseView, step: StepView): string | undefined {
  if (!step.because) return undefined;
  const because = oneLine(step.because);
  return isForHand(view, step) && isGivingBack(step) ? `Turn back what was asked before: ${because}` : because;
}

/** Whether the case still wants the step: what is being given back is not taken away any more. */
export function isWanted({ closed, phase }: CaseView, step: StepView): boolean {
  return !closed && (isGivingBack(step) || (phase !== 'cancelling' && phase !== 'undoing'));
}

/**
 * Whether a person is asked to do the step and to give their word. One that nobody approved, or that waits for a step
 * before it, was handed to a person too, but was never tried: that person does not do it, they have it tried again.
 */
export function isForHand(view: CaseView, step: StepView): boolean {
  const { byHand, status, unapproved, attempts } = step;
  return byHand && status === 'handedOver' && !unapproved && attempts > 0 && isWanted(view, step);
}
