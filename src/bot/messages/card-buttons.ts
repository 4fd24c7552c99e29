import type { types } from '@slack/bolt';
import type { CaseView, StepView } from '#engine/engine.ts';
import type { Phase } from '#model/offboarding.ts';
import { actionIds, stepRef } from '../ids.ts';
import type { Size } from './card-size.ts';
import { takingSteps } from './card-facts.ts';
import { count, oneLine, plain, shorten } from './text.ts';
import { becauseOf, isForHand, isWanted, needsPerson, statusOf, stepTitle, type StepsInput } from './words.ts';

/** The signed value of one button on this card. */
export type SealFor = (action: string, ref: string) => string;

type Kind = 'approve' | 'reject' | 'approveDeletion' | 'keep' | 'plan' | 'lookAgain' | 'evidence' | 'undo' | 'cancel';

/** Which buttons a phase has, in their order; `undo` and `lookAgain` show only where there is something to do. */
const buttonsOf: Readonly<Record<Phase, readonly Kind[]>> = {
  planning: ['cancel'],
  held: ['plan', 'lookAgain', 'cancel'],
  awaitingApproval: ['approve', 'reject', 'plan', 'lookAgain', 'cancel'],
  containing: ['plan', 'evidence', 'cancel'],
  removing: ['plan', 'lookAgain', 'evidence', 'undo', 'cancel'],
  retained: ['plan', 'lookAgain', 'evidence', 'undo'],
  awaitingDeletion: ['approveDeletion', 'keep', 'plan', 'evidence', 'undo'],
  deleting: ['plan', 'lookAgain', 'evidence'],
  cancelling: ['plan', 'evidence'],
  undoing: ['plan', 'evidence'],
  done: ['plan', 'evidence', 'undo'],
  kept: ['plan', 'evidence', 'undo'],
  restored: ['plan', 'evidence'],
  rejected: ['plan', 'evidence'],
  expired: ['plan', 'evidence'],
  cancelled: ['plan', 'evidence'],
};

/** The row of buttons at the foot of the card. */
export function caseButtons(view: CaseView, sealFor: SealFor): types.ActionsBlock[] {
  const elements = buttonsOf[view.phase].flatMap((kind) => button(kind, view, sealFor) ?? []);
  return elements.length > 0 ? [{ type: 'actions', elements }] : [];
}

/** What a yes to cancel or undo means: it changes once something was done, and an older card then is outdated. */
export function touched(view: CaseView): 'started' | 'untouched' {
  return view.offboarding.state.startedAt ? 'started' : 'untouched';
}

interface Maker {
  readonly view: CaseView;
  readonly who: string;
  readonly make: (action: string, ref: string, text: string, more?: Partial<types.Button>) => types.Button;
}

/** How each is made; `undefined` where there is nothing that it could ask or do. */
const makers: Readonly<Record<Kind, (maker: Maker) => types.Button | undefined>> = {
  approve: ({ view, who, make }) =>
    forApproval(view, (id) =>
      make(actionIds.approve, id, 'Approve…', { style: 'primary', confirm: confirmApproval(view, who) }),
    ),
  reject: ({ view, make }) => forApproval(view, (id) => make(actionIds.reject, id, 'Reject…')),
  approveDeletion: ({ view, make }) =>
    forApproval(view, (id) => make(actionIds.approveDeletion, id, 'Approve deletion…', { style: 'danger' })),
  keep: ({ view, make }) => forApproval(view, (id) => make(actionIds.reject, id, 'Keep the accounts…')),
  plan: ({ make }) => make(actionIds.plan, '1', 'View plan'),
  lookAgain: ({ view, make }) =>
    view.offboarding.state.plan.unknown.length > 0
      ? make(actionIds.lookAgain, String(view.offboarding.state.lookups), 'Ask the systems again')
      : undefined,
  evidence: ({ make }) => make(actionIds.evidence, 'all', 'Evidence'),
  undo: ({ view, who, make }) =>
    view.mayUndo ? make(actionIds.undo, touched(view), 'Undo…', { confirm: confirmUndo(who) }) : undefined,
  cancel: ({ view, who, make }) =>
    make(actionIds.cancel, touched(view), 'Cancel…', { confirm: confirmCancel(view, who) }),
};

function button(kind: Kind, view: CaseView, sealFor: SealFor): types.Button | undefined {
  const who = shorten(oneLine(view.subject.displayName), 60);
  return makers[kind]({
    view,
    who,
    make: (action, ref, text, more = {}) => ({
      type: 'button',
      action_id: action,
      text: plain(text, 75),
      value: sealFor(action, ref),
      accessibility_label: shorten(`${text.replace('…', '')} — offboarding of ${who}`, 75),
      ...more,
    }),
  });
}

function forApproval(view: CaseView, make: (approvalId: string) => types.Button): types.Button | undefined {
  const { approval } = view.offboarding.state;
  return approval && make(approval.id);
}

function confirmApproval(view: CaseView, who: string): NonNullable<types.Button['confirm']> {
  const steps = takingSteps(view);
  const systems = new Set(steps.map(({ system }) => system)).size;
  const grave = steps.filter(({ reversible }) => !reversible).length;
  const what = `${count(steps.length, 'step')} in ${count(systems, 'system')}`;
  return {
    title: plain('Take away this access?', 100),
    text: plain(
      `${who} loses access: ${what}, ${grave} of them cannot be undone. Nothing is deleted without another approval.`,
      300,
    ),
    confirm: plain('Approve', 30),
    deny: plain('Not now', 30),
  };
}

function confirmUndo(who: string): NonNullable<types.Button['confirm']> {
  return {
    title: plain('Give the access back?', 100),
    text: plain(
      `${who} can sign in again and gets back what was taken and can be given back. Ended sessions and revoked tokens stay gone.`,
      300,
    ),
    confirm: plain('Give it back', 30),
    deny: plain('Not now', 30),
    style: 'danger',
  };
}

function confirmCancel(view: CaseView, who: string): NonNullable<types.Button['confirm']> {
  const means =
    touched(view) === 'started'
      ? 'What runs is finished, then what was changed and can be given back is given back.'
      : 'Nothing has been changed, and nothing will be.';
  return {
    title: plain('Cancel this offboarding?', 100),
    text: plain(`Offboarding of ${who}. ${means}`, 300),
    confirm: plain('Cancel it', 30),
    deny: plain('Go on', 30),
  };
}

/** A section with its own button for each of the first steps that a person has to look at. */
export function stepSections(input: StepsInput, sealFor: SealFor, size: Size): types.KnownBlock[] {
  return input.view.steps
    .filter((step) => needsPerson(step) && isWanted(input.view, step))
    .slice(0, size.sections)
    .map((step) => stepSection(step, input, sealFor, size.line * 2));
}

export function stepSection(
  step: StepView,
  { view, names, reached }: StepsInput,
  sealFor: SealFor,
  most: number,
): types.SectionBlock {
  const because = step.because ? `\n${becauseOf(view, step)}` : '';
  const text = plain(`${statusOf(step, names, reached?.get(step.id))}: ${stepTitle(step)}${because}`, most);
  return { type: 'section', text, accessory: stepButton(step, view, sealFor) };
}

/** What a person can do about the step: give their word where nothing can be read, else have it done again. */
function stepButton(step: StepView, view: CaseView, sealFor: SealFor): types.Button {
  const byHand = isForHand(view, step);
  const action = byHand ? actionIds.attest : actionIds.retryStep;
  const words = byHand ? 'Done by hand…' : 'Try again';
  return {
    type: 'button',
    action_id: action,
    text: plain(words, 75),
    value: sealFor(action, stepRef(step.id)),
    accessibility_label: shorten(`${words.replace('…', '')}: ${stepTitle(step)}`, 75),
  };
}
