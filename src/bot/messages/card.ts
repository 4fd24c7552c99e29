import type { types } from '@slack/bolt';
import type { CaseView } from '#engine/engine.ts';
import { caseButtons, stepSections, type SealFor } from './card-buttons.ts';
import { cut, type Size } from './card-size.ts';
import { decisionBlocks } from './card-decision.ts';
import { planLines, progress, stepLines, subjectFields } from './card-facts.ts';
import { says } from './says.ts';
import { count, escape, namesInARow, oneLine, plain, shorten, type Message } from './text.ts';
import { nameOf, standing, type Names, type StepsInput } from './words.ts';

export interface CardInput extends StepsInput {
  /** The signed value of a button; left out where the card is only for reading. */
  readonly sealFor?: SealFor | undefined;
}

/** Blocks and characters of one card, well below what Slack takes (50 blocks; about 13,200 characters of JSON). */
export const cardLimits = { blocks: 20, characters: 9000 } as const;

/** The card of a case: a projection of the record, made anew after every change. */
export function card(input: CardInput): Message<types.KnownBlock> {
  const { view } = input;
  const who = oneLine(view.subject.displayName);
  const text = shorten(
    `Offboarding of ${escape(who)}, case ${escape(view.id)}: ${escape(says(view))} ${progress(view)}.`,
    1000,
  );
  // The first size that fits; the last one leaves out every list and always does.
  for (const size of sizes) {
    const blocks = blocksOf(input, size);
    if (JSON.stringify(blocks).length <= cardLimits.characters) return { text, blocks };
  }
  return { text, blocks: blocksOf(input, smallest) };
}

const smallest: Size = { lines: 1, line: 50, sections: 1 };
const sizes: readonly Size[] = [
  { lines: 12, line: 160, sections: 4 },
  { lines: 8, line: 120, sections: 3 },
  { lines: 4, line: 90, sections: 2 },
  smallest,
];

function blocksOf(input: CardInput, size: Size): types.KnownBlock[] {
  const { view, names, sealFor } = input;
  const { subject, requester, offboarding } = view;
  const asked = requester ? `asked for by ${oneLine(requester.displayName)}` : 'asked for by the HR system';
  const { plan, planChanges, heldBecause } = offboarding.state;
  return [
    { type: 'header', text: plain(`Offboarding · ${oneLine(subject.displayName)}`, 100) },
    { type: 'context', elements: [plain(`Case ${view.id} · ${standing(view)} · ${asked}`, 220)] },
    { type: 'section', text: plain(says(view), 700) },
    { type: 'section', fields: subjectFields(view, size) },
    ...listed(heldBecause ? [`Held: ${oneLine(heldBecause)}`] : [], size),
    ...listed(['Plan', ...planLines(view, size)], size, view.steps.length > 0 && !view.closed),
    ...listed(
      ['The plan changed, so the earlier approval is void:', ...cut(planChanges.map(oneLine), size, 'changes')],
      size,
      planChanges.length > 0,
    ),
    ...listed(
      [
        `${count(plan.unknown.length, 'system')} could not be asked; the accounts there are not known yet:`,
        ...cut(
          plan.unknown.map(({ connector, because }) => `${connector}: ${oneLine(because)}`),
          size,
          'systems',
        ),
      ],
      size,
      plan.unknown.length > 0,
    ),
    ...decisionBlocks(view, names, size),
    ...listed(['Steps', ...stepLines(input, size)], size, view.steps.length > 0),
    ...(sealFor ? stepSections(input, sealFor, size) : []),
    ...ending(view, names),
    ...(sealFor ? caseButtons(view, sealFor) : []),
  ];
}

/** One section of lines, left out where there is nothing to list. */
function listed(lines: readonly string[], size: Size, wanted = lines.length > 0): types.KnownBlock[] {
  if (!wanted) return [];
  const text = lines.map((line) => shorten(line, size.line)).join('\n');
  return [{ type: 'section', text: plain(text, 2500) }];
}

/** Who ended the case and why, where people did. */
function ending(view: CaseView, names: Names): types.KnownBlock[] {
  const votes = view.offboarding.state.approval?.votes ?? [];
  const rejected = votes.find(({ verdict }) => verdict === 'rejected');
  const approved = votes.filter(({ verdict }) => verdict === 'approved').map(({ by }) => nameOf(names, by));
  const said = [
    ...(approved.length > 0 ? [`Approved by ${namesInARow(approved, 5)}.`] : []),
    ...(rejected
      ? [`Rejected by ${nameOf(names, rejected.by)}${rejected.reason ? `: ${oneLine(rejected.reason)}` : '.'}`]
      : []),
  ];
  return said.length > 0 ? [{ type: 'context', elements: [plain(said.join(' '), 300)] }] : [];
}
