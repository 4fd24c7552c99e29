import type { types } from '@slack/bolt';
import type { CaseView, StepView } from '#engine/engine.ts';
import { actionIds, stepRef } from '../ids.ts';
import type { SealFor } from './card-buttons.ts';
import { escape, oneLine, plain, shorten, type Message } from './text.ts';
import {
  becauseOf,
  isForHand,
  isGivingBack,
  isProven,
  isWanted,
  nameOf,
  operationWords,
  phaseWords,
  type Names,
} from './words.ts';

export interface TaskCardInput {
  readonly view: CaseView;
  /** `undefined` where the plan has it no more. */
  readonly step: StepView | undefined;
  readonly names: Names;
  /** The owner of the system is the person who leaves, so the card is before their manager. */
  readonly standsIn: boolean;
  /** Whether the engine takes the word of whoever has the card. */
  readonly mayAttest: boolean;
  readonly sealFor: SealFor;
}

/** The card of one step that somebody does by hand: what, for whom, and a button as long as it is asked. */
export function taskCard({
  view,
  step,
  names,
  standsIn,
  mayAttest,
  sealFor,
}: TaskCardInput): Message<types.KnownBlock> {
  const who = shorten(oneLine(view.subject.displayName), 80);
  const system = step ? shorten(oneLine(step.system), 60) : 'a system';
  const isAsked = step !== undefined && isForHand(view, step);
  const state = stateOf(view, step, names);
  const back = step !== undefined && isGivingBack(step);
  const lead = back
    ? `The offboarding of ${who} is being undone, and ${system} has no interface: a person has to give this back.`
    : `${who} leaves, and ${system} has no interface: a person has to do this there.`;
  return {
    text: shorten(
      `${isAsked ? 'To do' : 'Settled'} by hand in ${escape(system)}, case ${view.id}: ${escape(isAsked ? lead : state)}`,
      1000,
    ),
    blocks: [
      { type: 'header', text: plain(`${isAsked ? 'To do by hand' : 'By hand'} · ${system}`, 100) },
      ...(isAsked
        ? [section(standsIn ? `${lead} Its owner is the person who leaves, so it comes to you.` : lead)]
        : []),
      ...(step ? [{ type: 'section' as const, fields: fieldsOf(view, step) }] : []),
      ...(isAsked && step.because ? [section(`What to do\n${becauseOf(view, step)}`)] : []),
      ...(isAsked && step.note ? [section(oneLine(step.note))] : []),
      section(isAsked && !mayAttest ? `${state} ${byApprover}` : state),
      { type: 'context', elements: [plain(`Case ${view.id}`, 100)] },
      ...(isAsked && mayAttest ? [{ type: 'actions' as const, elements: [button(step, sealFor)] }] : []),
    ],
  };
}

const byApprover = 'Tell an approver of this case when it is done: they record it.';

function stateOf(view: CaseView, step: StepView | undefined, names: Names): string {
  if (step?.status === 'attested') {
    const by = step.by ? ` of ${nameOf(names, step.by)}` : '';
    const wrote = step.attestation ? ` They wrote: ${shorten(oneLine(step.attestation), 500)}` : '';
    return `✎ Done by hand, on the word${by}. There is nothing left to do here.${wrote}`;
  }
  if (step && isProven(step)) return '✓ Proven by a fresh read. There is nothing left to do here.';
  if (step && isForHand(view, step))
    return '! Not done yet. Nothing can be read there, so your word is recorded, with your name.';
  if (step && isWanted(view, step))
    return '◐ Nothing is to be done here for the moment; this card changes when there is.';
  return `This is not asked of you any more; do nothing here. The case: ${phaseWords[view.phase].toLowerCase()}.`;
}

function fieldsOf({ subject }: CaseView, { system, account, operation }: StepView): types.PlainTextElement[] {
  const field = (label: string, value: string) => plain(`${label}\n${shorten(oneLine(value), 150)}`, 250);
  return [
    field('Person', `${subject.displayName}${subject.department ? `, ${subject.department}` : ''}`),
    field('Address', subject.email),
    field('System', system),
    field('Account', account.handle),
    field('Needed', operationWords[operation]),
  ];
}

function section(text: string): types.SectionBlock {
  return { type: 'section', text: plain(text, 1200) };
}

function button(step: StepView, sealFor: SealFor): types.Button {
  return {
    type: 'button',
    action_id: actionIds.attest,
    style: 'primary',
    text: plain('Done by hand…', 75),
    value: sealFor(actionIds.attest, stepRef(step.id)),
    accessibility_label: shorten(`Done by hand: ${operationWords[step.operation]} in ${oneLine(step.system)}`, 75),
  };
}
