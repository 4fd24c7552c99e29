import type { types } from '@slack/bolt';
import type { CaseView, StepView } from '#engine/engine.ts';
import { cut, type Size } from './card-size.ts';
import { count, namesInARow, oneLine, plain, shorten } from './text.ts';
import { isProven, needsPerson, operationWords, statusOf, stepTitle, type Names } from './words.ts';

/** Who leaves, and how much that concerns. */
export function subjectFields(view: CaseView, size: Size): types.PlainTextElement[] {
  const { subject, manager, steps, offboarding } = view;
  const job = [subject.title, subject.department].flatMap((part) => (part ? [oneLine(part)] : [])).join(', ');
  const systems = new Set(steps.map(({ system }) => system)).size;
  const { reason } = offboarding.trigger;
  const field = (label: string, value: string) => plain(`${label}\n${shorten(oneLine(value), size.line)}`, 250);
  return [
    field('Person', `${subject.displayName}${job ? `, ${job}` : ''}`),
    field('Address', subject.email),
    field('Manager', manager ? manager.displayName : 'not known'),
    field('Employment', subject.employment),
    field('Steps', `${steps.length} in ${count(systems, 'system')}`),
    field('Progress', progress(view)),
    ...(reason ? [field('Reason', reason)] : []),
  ];
}

/** `9 of 18 proven, 1 by hand, 2 need a person`. Only what a fresh read showed counts as proven. */
export function progress({ steps }: Pick<CaseView, 'steps'>): string {
  const byHand = steps.filter(({ status }) => status === 'attested').length;
  const waiting = steps.filter(needsPerson).length;
  return [
    `${steps.filter(isProven).length} of ${steps.length} proven`,
    ...(byHand > 0 ? [`${byHand} by hand`] : []),
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? 'needs' : 'need'} a person`] : []),
  ].join(', ');
}

/** One line a system, with what cannot be taken back, then what approvers must know. */
export function planLines(view: CaseView, size: Pick<Size, 'lines'>): readonly string[] {
  const systems = Map.groupBy(view.steps, ({ system }) => system);
  const lines = [...systems].map(([system, steps]) => {
    const grave = [
      ...new Set(steps.filter(({ reversible }) => !reversible).map(({ operation }) => operationWords[operation])),
    ];
    const irreversible = grave.length > 0 ? `; cannot be undone: ${grave.join(', ')}` : '';
    return `${shorten(oneLine(system), 40)}: ${count(steps.length, 'step')}${irreversible}`;
  });
  const later = view.steps.filter(({ wave }) => wave === 'delete');
  const { retentionDays } = view.offboarding.state.plan;
  const notes = [
    ...new Set(view.steps.flatMap(({ note, system }) => (note ? [`Note, ${oneLine(system)}: ${oneLine(note)}`] : []))),
  ];
  return [
    ...cut(lines, size, 'systems'),
    ...(later.length > 0
      ? [
          `Later, after ${count(retentionDays, 'day')} and an approval of its own: delete ${count(later.length, 'account')}`,
        ]
      : []),
    ...cut(notes, size, 'notes'),
  ];
}

/** The steps, those that need a person first; each with its state in words. */
export function stepLines(view: CaseView, names: Names, size: Size): readonly string[] {
  const lines = [...view.steps]
    .sort((one, other) => urgency(one) - urgency(other))
    .map((step) => stepLine(step, names));
  return cut(lines, size, 'steps');
}

function stepLine(step: StepView, names: Names): string {
  const because = needsPerson(step) && step.because ? ` — ${oneLine(step.because)}` : '';
  return `${statusOf(step, names)} · ${shorten(stepTitle(step), 110)}${because}`;
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
