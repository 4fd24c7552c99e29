import type { StepView } from '#engine/engine.ts';
import type { Phase, StepStatus } from '#model/offboarding.ts';
import type { Operation } from '#model/plan.ts';
import { oneLine } from './text.ts';

/** Where a case stands, in a word and in a sentence without the person's name. */
export const phaseWords: Readonly<Record<Phase, { readonly word: string; readonly says: string }>> = {
  planning: { word: 'Planning', says: 'Looking up the accounts. Nothing is changed yet.' },
  held: {
    word: 'Held',
    says: 'Held because more people than usual seem to leave. Nothing is changed until people let it go.',
  },
  awaitingApproval: { word: 'Waiting for approval', says: 'A decision is needed. Nothing is changed yet.' },
  containing: { word: 'Containing', says: 'Approved. Sign-in is being suspended and sessions are being ended.' },
  removing: { word: 'Removing', says: 'Groups, roles and seats are being removed.' },
  retained: {
    word: 'Retained',
    says: 'Access is removed. The accounts are kept until the question whether to delete them.',
  },
  awaitingDeletion: { word: 'Waiting for approval to delete', says: 'A decision is needed. Nothing is deleted yet.' },
  deleting: { word: 'Deleting', says: 'Approved. The accounts are being deleted.' },
  cancelling: { word: 'Cancelling', says: 'Stopping, then giving back what was changed.' },
  undoing: { word: 'Undoing', says: 'Giving back what was changed.' },
  done: { word: 'Done', says: 'Everything planned is settled. The case is closed.' },
  kept: { word: 'Kept', says: 'Access is removed; the accounts were not deleted. The case is closed.' },
  restored: { word: 'Restored', says: 'What could be given back was given back. The case is closed.' },
  rejected: { word: 'Rejected', says: 'Rejected. Nothing was changed. The case is closed.' },
  expired: { word: 'Expired', says: 'Nobody decided in time. Nothing was changed. The case is closed.' },
  cancelled: { word: 'Cancelled', says: 'Cancelled. The case is closed.' },
};

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

/** `✓ proven (changed)`, `✎ by hand (Ivo Petrov)`. */
export function statusOf(step: StepView, names: Names): string {
  const [sign, words] = statusWords[step.status];
  return step.status === 'attested' && step.by ? `${sign} ${words} (${nameOf(names, step.by)})` : `${sign} ${words}`;
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
