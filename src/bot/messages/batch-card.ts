import type { types } from '@slack/bolt';
import type { BatchView } from '#engine/engine.ts';
import { actionIds } from '../ids.ts';
import type { SealFor } from './card-buttons.ts';
import { count, namesInARow, oneLine, plain, shorten, type Message } from './text.ts';
import { nameOf, type Names } from './words.ts';

/** The card of a batch that the breaker holds: who, why, and how many yeses are still missing. */
export function batchCard(input: { batch: BatchView; names: Names; sealFor: SealFor }): Message<types.KnownBlock> {
  const { batch, names, sealFor } = input;
  const people = count(batch.subjects.length, 'person', 'people');
  const given = `${batch.votes.length} of ${batch.needed}`;
  const voters = batch.votes.map(({ by }) => nameOf(names, by));
  const state = batch.released
    ? `Let go by ${namesInARow(voters, 5)}. Each case goes on and still needs its own approval.`
    : `${given} approvals given${voters.length > 0 ? ` (${namesInARow(voters, 5)})` : ''}. Until then nothing is changed for any of them.`;
  return {
    text: batch.released
      ? `The offboardings of ${people} are no longer held.`
      : `The offboardings of ${people} are held. ${given} approvals given; nothing is changed.`,
    blocks: [
      { type: 'header', text: plain(`${batch.released ? 'Let go' : 'Held'} · ${people}`, 100) },
      { type: 'section', text: plain(`Why: ${shorten(oneLine(batch.because), 600)}`, 700) },
      { type: 'section', text: plain(`Who\n${subjectLines(batch)}`, 2600) },
      { type: 'section', text: plain(state, 600) },
      ...(batch.released
        ? []
        : [
            {
              type: 'context' as const,
              elements: [
                plain(
                  'Who is not to leave: cancel that case with /offboard cancel CASE before letting the others go.',
                  200,
                ),
              ],
            },
            { type: 'actions' as const, elements: [allowButton(batch, people, sealFor)] },
          ]),
    ],
  };
}

const mostSubjects = 20;

function subjectLines({ subjects, caseIds }: BatchView): string {
  const lines = subjects
    .slice(0, mostSubjects)
    .map((subject) =>
      shorten(`${oneLine(subject.displayName)}, ${oneLine(subject.department ?? 'no department')}`, 100),
    );
  const more = Math.max(subjects.length, caseIds.length) - lines.length;
  return [...lines, ...(more > 0 ? [`… and ${more} more: /offboard list`] : [])].join('\n') || 'Nobody any more.';
}

function allowButton(batch: BatchView, people: string, sealFor: SealFor): types.Button {
  return {
    type: 'button',
    action_id: actionIds.allowBatch,
    style: 'danger',
    text: plain(`Allow all ${batch.caseIds.length}…`, 75),
    value: sealFor(actionIds.allowBatch, String(batch.caseIds.length)),
    accessibility_label: shorten(`Allow the held offboardings of ${people}`, 75),
    confirm: {
      title: plain('Do all of them really leave?', 100),
      text: plain(
        `${people}. After ${count(batch.needed, 'approval')} each case goes on; each still needs its own approval before anything is changed.`,
        300,
      ),
      confirm: plain('They leave', 30),
      deny: plain('Not sure', 30),
      style: 'danger',
    },
  };
}
