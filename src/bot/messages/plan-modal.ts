import type { types } from '@slack/bolt';
import type { CaseView, StepView } from '#engine/engine.ts';
import { actionIds, viewIds } from '../ids.ts';
import { stepSection, type SealFor } from './card-buttons.ts';
import { progress } from './card-facts.ts';
import { namesInARow, oneLine, plain } from './text.ts';
import { isWanted, needsPerson, statusOf, stepTitle, type Names } from './words.ts';

/** Steps on one page of the plan: a modal takes 100 blocks and nobody reads that many. */
export const stepsPerPage = 20;

export function pagesOf(view: CaseView): number {
  return Math.max(1, Math.ceil(view.steps.length / stepsPerPage));
}

/** The whole plan, one page of it. `page` counts from 1 and is brought into range. */
export function planModal(input: { view: CaseView; names: Names; page: number; sealFor: SealFor }): types.ModalView {
  const { view, names, sealFor } = input;
  const pages = pagesOf(view);
  const page = Math.min(Math.max(1, input.page), pages);
  const steps = view.steps.slice((page - 1) * stepsPerPage, page * stepsPerPage);
  const { unknown } = view.offboarding.state.plan;
  return {
    type: 'modal',
    callback_id: viewIds.plan,
    title: plain('Plan', 24),
    close: plain('Close', 24),
    blocks: [
      { type: 'header', text: plain(oneLine(view.subject.displayName), 100) },
      {
        type: 'context',
        elements: [plain(`Case ${view.id} · ${progress(view)} · page ${page} of ${pages}`, 300)],
      },
      ...(steps.length === 0
        ? [{ type: 'section' as const, text: plain('There are no steps: no account was found.', 200) }]
        : steps.map((step): types.KnownBlock => section(step, view, names, sealFor))),
      ...unknown.slice(0, 10).map((system): types.KnownBlock => ({
        type: 'section',
        text: plain(`? not known · ${system.connector}: ${oneLine(system.because)}`, 500),
      })),
      ...turning(page, pages, sealFor),
    ],
  };
}

function section(step: StepView, view: CaseView, names: Names, sealFor: SealFor): types.KnownBlock {
  if (needsPerson(step) && isWanted(view, step)) return stepSection(step, { view, names }, sealFor, 700);
  const lines = [
    `${statusOf(step, names)}: ${stepTitle(step)}`,
    ...(step.affects.length > 0
      ? [
          `Takes away: ${namesInARow(
            step.affects.map(({ name, id }) => name || id),
            8,
          )}`,
        ]
      : []),
    ...(step.reversible ? [] : ['Cannot be undone.']),
    ...(step.note ? [oneLine(step.note)] : []),
    ...(step.because ? [oneLine(step.because)] : []),
    ...(step.attestation ? [`They wrote: ${oneLine(step.attestation)}`] : []),
  ];
  return { type: 'section', text: plain(lines.join('\n'), 900) };
}

function turning(page: number, pages: number, sealFor: SealFor): types.KnownBlock[] {
  const turn = (to: number, words: string): types.Button => ({
    type: 'button',
    // An action id may stand once in a block.
    action_id: `${actionIds.planPage}.${to < page ? 'back' : 'on'}`,
    text: plain(words, 75),
    value: sealFor(actionIds.planPage, String(to)),
  });
  const elements = [
    ...(page > 1 ? [turn(page - 1, 'Earlier steps')] : []),
    ...(page < pages ? [turn(page + 1, 'Later steps')] : []),
  ];
  return elements.length > 0 ? [{ type: 'actions', elements }] : [];
}
