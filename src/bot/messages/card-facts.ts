import type { types } from '@slack/bolt';
import type { CaseView, StepView } from '#engine/engine.ts';
import { cut, type Size } from './card-size.ts';
import { count, namesInARow, oneLine, plain, shorten } from './text.ts';
import {
  becauseOf,
  isGivingBack,
  isProven,
  needsPerson,
  operationWords,
  statusOf,
  stepTitle,
  type Names,
  type Reached,
  type StepsInput,
} from './words.ts';

/** Who leaves, and how much that concerns. */
export function subjectFields(view: CaseView, size: Size): types.PlainTextElement[] {
  const { subject, manager, offboarding } = view;
  const steps = forward(view);
  const job = [subject.title, subject.department].flatMap((part) => (part ? [oneLine(part)] : [])).join(', ');
  const systems = new Set(steps.map(({ system }) => system)).size;
  const { reason } = offboarding.trigger;
  const field = (label: string, value: string) => plain(`${label}\n${shorten(oneLine(value), size.line)}`, 250);
  return [
    field('Person', `${subject.displayName}${job ? `, ${job}` : ''}`),
    field('Address', subject.email),
    field('Manager', manager ? manager.displayName : 'not known'),
    field('Employment', subject.employment),
    field('Steps', `${count(steps.length, 'step')} in ${count(systems, 'system')}`),
    field('Progress', progress(view)),
    ...(reason ? [field('Reason', reason)] : []),
  ];
}

/**
 * `9 of 18 proven, 1 by hand, 2 need a person, 3 deletions later`. Only what a fresh read showed counts as proven; what is
 * given back is counted apart from what was taken.
 */
export function progress(view: CaseView): string {
  const back = givingBack(view);
  const turned = back.length > 0 && ['cancelling', 'undoing', 'restored', 'cancelled'].includes(view.phase);
  const steps = turned ? back : view.phase === 'kept' ? takingSteps(view) : forward(view);
  const later = turned || view.closed ? 0 : forward(view).length - takingSteps(view).length;
  const byHand = steps.filter(({ status }) => status === 'attested').length;
  const waiting = view.closed ? 0 : steps.filter(needsPerson).length;
  return [
    `${steps.filter(isProven).length} of ${steps.length} ${turned ? 'given back and proven' : 'proven'}`,
    ...(byHand > 0 ? [`${byHand} by hand`] : []),
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? 'needs' : 'need'} a person`] : []),
    ...(later > 0 ? [`${count(later, 'deletion')} later`] : []),
  ].join(', ');
}

/** What the case takes away now: deletions only once they were approved. */
export function takingSteps(view: CaseView): readonly StepView[] {
  const deletes = view.phase === 'deleting' || view.phase === 'done';
  return forward(view).filter(({ wave }) => deletes || wave !== 'delete');
}

/** Everything that takes away, deletions too. */
export function forward({ steps }: CaseView): readonly StepView[] {
  return steps.filter((step) => !isGivingBack(step));
}

/** What cancel or undo gives back. */
export function givingBack({ steps }: CaseView): readonly StepView[] {
  return steps.filter(isGivingBack);
}

/** One line a system, with what cannot be taken back, then what approvers must know. */
export function planLines(view: CaseView, size: Pick<Size, 'lines'>): readonly string[] {
  const steps = forward(view);
  const deletions = steps.filter(({ wave }) => wave === 'delete');
  const asksToDelete = view.phase === 'awaitingDeletion' || view.phase === 'deleting';
  const concerned = asksToDelete ? deletions : steps.filter(({ wave }) => wave !== 'delete');
  const lines = [...Map.groupBy(concerned, ({ system }) => system)].map(([system, of]) => {
    const grave = [
      ...new Set(of.filter(({ reversible }) => !reversible).map(({ operation }) => operationWords[operation])),
    ];
    const irreversible = grave.length > 0 ? `; cannot be undone: ${grave.join(', ')}` : '';
    return `${shorten(oneLine(system), 40)}: ${count(of.length, 'step')}${irreversible}`;
  });
  const { retentionDays } = view.offboarding.state.plan;
  const later = `Later, after ${count(retentionDays, 'day')} and an approval of its own: delete ${count(deletions.length, 'account')}`;
  const notes = new Set(
    concerned.flatMap(({ note, system }) => (note ? [`Note, ${oneLine(system)}: ${oneLine(note)}`] : [])),
  );
  return [
    ...cut(lines, size, 'systems'),
    ...(deletions.length > 0 && !asksToDelete && !view.closed ? [later] : []),
    ...cut(view.closed ? [] : [...notes], size, 'notes'),
  ];
}

/** The steps, those that need a person first; each with its state in words. */
export function stepLines({ view, names, reached }: StepsInput, size: Size): readonly string[] {
  const lines = [...view.steps]
    .sort((one, other) => urgency(one) - urgency(other))
    .map((step) => stepLine(step, view, names, reached?.get(step.id)));
  return cut(lines, size, 'steps');
}

function stepLine(step: StepView, view: CaseView, names: Names, reached: Reached | undefined): string {
  const because = needsPerson(step) && step.because ? ` — ${becauseOf(view, step)}` : '';
  return `${statusOf(step, names, reached)} · ${shorten(stepTitle(step), 110)}${because}`;
}

const order: readonly StepView['status'][] = [
  'handedOver',
  'unproven',
  'retrying',
  'running',
  'planned',
  'attested',
  'changed',
  'unchanged',
];
function urgency({ status }: StepView): number {
  return order.indexOf(status);
}

/** What is deleted for good, by name, for the one who is asked. */
export function deletions(view: CaseView): string {
  const steps = view.steps.filter(({ wave }) => wave === 'delete');
  return namesInARow(
    steps.map(({ system, account }) => `${system} (${account.handle})`),
    8,
  );
}
