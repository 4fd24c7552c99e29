import type { CaseView, StepView } from '#engine/engine.ts';
import type { Phase } from '#model/offboarding.ts';
import { forward, givingBack, takingSteps } from './card-facts.ts';
import { claimed, inARow, proofOf } from './claims.ts';
import { namesInARow, shorten, oneLine } from './text.ts';

/** Where a case stands, in sentences without the person's name: never more than its steps prove. Holds foreign text. */
export function says(view: CaseView): string {
  return sayings[view.phase](view);
}

const sayings: Readonly<Record<Phase, (view: CaseView) => string>> = {
  planning: () => 'Looking up the accounts. Nothing is changed yet.',
  held: (view) =>
    inARow(
      'Held because more people than usual seem to leave. Nothing is changed until people let it go.',
      unasked(view),
    ),
  awaitingApproval: (view) =>
    hasBegun(view)
      ? inARow('A decision is needed on what was found later.', gone(view))
      : inARow('A decision is needed. Nothing is changed yet.', unasked(view)),
  containing: (view) => inARow('Approved. Sign-in is being suspended and sessions are being ended.', unasked(view)),
  removing: (view) =>
    takingSteps(view).some((step) => step.wave === 'remove' && isBusy(step))
      ? inARow('Groups, roles and seats are being removed.', stuck(view), unasked(view))
      : gone(view),
  retained: (view) => inARow(gone(view), 'The accounts are kept until the question whether to delete them.'),
  awaitingDeletion: (view) =>
    inARow(
      'A decision is needed whether to delete the accounts.',
      gone(view),
      deleted(view, 'Nothing is deleted yet.'),
    ),
  deleting: (view) =>
    forward(view).some((step) => step.wave === 'delete' && isBusy(step))
      ? inARow('Approved. The accounts are being deleted.', stuck(view), unasked(view))
      : gone(view),
  cancelling: () => 'Stopping, then giving back what was changed.',
  undoing: (view) => (givingBack(view).some(isBusy) ? 'Giving back what was changed.' : givenBack(view)),
  done: (view) => inARow(gone(view), 'The case is closed.'),
  kept: (view) => inARow(gone(view), deleted(view, 'Nothing was deleted.'), 'The case is closed.'),
  restored: (view) => inARow(givenBack(view), 'The case is closed.'),
  rejected: (view) => inARow('Rejected.', untouched(view), 'The case is closed.'),
  expired: (view) => inARow('Nobody decided in time.', untouched(view), 'The case is closed.'),
  cancelled: (view) =>
    inARow('Cancelled.', hasBegun(view) ? givenBack(view) : 'Nothing was changed.', 'The case is closed.'),
};

/** Whether the access that the case takes away now is gone. */
export function gone(view: CaseView): string {
  return claimed({
    steps: takingSteps(view),
    what: 'step',
    reached: 'Access is gone',
    open: 'Not everything is gone yet',
    uncertain: 'Not everything is known to be gone',
    nothing:
      forward(view).length > 0 ? 'There is nothing to take away but the accounts themselves.' : 'No account was found.',
    unasked: unasked(view),
  });
}

/** Whether the person, `who`, can still sign in. */
export function lockedOut(view: CaseView, who: string): string {
  return claimed({
    steps: forward(view).filter(({ wave }) => wave === 'contain'),
    what: 'containment step',
    reached: `${who} is locked out`,
    open: `It is not certain that ${who} is locked out`,
    uncertain: `It is not known whether ${who} is locked out everywhere`,
    nothing: `No account of ${who} was found that would have to be locked.`,
    unasked: unasked(view),
  });
}

/** Whether what could be given back was given back. */
export function givenBack(view: CaseView): string {
  return claimed({
    steps: givingBack(view),
    what: 'step',
    reached: 'What could be given back was given back',
    open: 'Not everything is given back yet',
    uncertain: '',
    nothing: 'There was nothing that could be given back.',
    unasked: '',
  });
}

/** What is deleted already; `none` where no deletion was begun. */
export function deleted(view: CaseView, none: string): string {
  const deletions = forward(view).filter(({ wave }) => wave === 'delete');
  const isBegun = ({ status, attempts }: StepView) => status !== 'planned' && (status !== 'handedOver' || attempts > 0);
  if (!deletions.some(isBegun)) return none;
  const { proven, attested } = proofOf(deletions);
  const word = attested > 0 ? `, ${attested} on a person's word` : '';
  return `Deletion was begun before: ${proven} of ${deletions.length} proven by a fresh read${word}.`;
}

/** `GitHub and Okta could not be asked.`; empty where every system could be. */
export function unasked({ steps, offboarding }: CaseView): string {
  const names = new Set(
    offboarding.state.plan.unknown.map(({ connector }) => {
      const known = steps.find(({ account }) => account.connector === connector);
      return shorten(oneLine(known?.system ?? connector), 40);
    }),
  );
  return names.size > 0 ? `${namesInARow([...names], 3)} could not be asked.` : '';
}

/** Whether anything was done for the case, or may have been. */
export function hasBegun({ offboarding }: CaseView): boolean {
  return offboarding.state.startedAt !== undefined;
}

function untouched(view: CaseView): string {
  return hasBegun(view) ? 'What was changed before stays as it is.' : 'Nothing was changed.';
}

/** The steps that no work goes on for. */
function stuck(view: CaseView): string {
  const steps = takingSteps(view);
  const waiting = steps.filter(({ status }) => status === 'handedOver' || status === 'unproven').length;
  if (waiting === 0) return '';
  return `${waiting} of ${steps.length} steps ${waiting === 1 ? 'needs' : 'need'} a person.`;
}

function isBusy({ status }: StepView): boolean {
  return status === 'planned' || status === 'running' || status === 'retrying';
}
