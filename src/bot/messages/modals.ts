import type { types } from '@slack/bolt';
import type { CaseView, StepView } from '#engine/engine.ts';
import { fieldIds, viewIds } from '../ids.ts';
import { deletions, planLines, takingSteps } from './card-facts.ts';
import { hasBegun } from './says.ts';
import { count, oneLine, plain, shorten, type Message } from './text.ts';
import { becauseOf, stepTitle } from './words.ts';

/** What a decision modal decides. Deletion asks for the person's address, so that nobody deletes by habit. */
export type Verdict = 'approve' | 'reject' | 'approveDeletion';

/** The signed value goes into `private_metadata`; everything else is read anew when the modal is submitted. */
export function decideModal(verdict: Verdict, view: CaseView, metadata: string): types.ModalView {
  const who = shorten(oneLine(view.subject.displayName), 80);
  const asked: Record<Verdict, { title: string; submit: string; says: string; input: types.KnownBlock }> = {
    approve: {
      title: 'Approve',
      submit: 'Approve',
      says: `${who} loses access: ${count(takingSteps(view).length, 'step')}. Nothing is deleted without another approval.`,
      input: reasonInput('Reason, if you want to give one', true),
    },
    reject: {
      title: view.phase === 'awaitingDeletion' ? 'Keep the accounts' : 'Reject',
      submit: view.phase === 'awaitingDeletion' ? 'Keep them' : 'Reject',
      says:
        view.phase === 'awaitingDeletion'
          ? `Nothing of ${who} is deleted; the accounts stay as they are now.`
          : hasBegun(view)
            ? `Nothing more of ${who} is taken away. What is not approved waits for a person; what was done stays done.`
            : `The offboarding of ${who} is closed. Nothing is changed.`,
      input: reasonInput('Reason; the requester reads it', false),
    },
    approveDeletion: {
      title: 'Approve deletion',
      submit: 'Delete for good',
      says: `Deleted for good, and not to be undone: ${deletions(view)}.`,
      input: {
        type: 'input',
        block_id: fieldIds.confirmation,
        label: plain(`To confirm, type the address of ${who}: ${view.subject.email}`, 400),
        element: { type: 'plain_text_input', action_id: fieldIds.confirmation, max_length: 320 },
      },
    },
  };
  const { title, submit, says, input } = asked[verdict];
  const lines = planLines(view, { lines: 15 }).map((line) => shorten(line, 160));
  return {
    type: 'modal',
    callback_id: viewIds.decide,
    private_metadata: metadata,
    title: plain(title, 24),
    submit: plain(submit, 24),
    close: plain('Not now', 24),
    blocks: [
      { type: 'section', text: plain(`${who}, ${oneLine(view.subject.email)}, case ${view.id}`, 500) },
      { type: 'section', text: plain(says, 1500) },
      ...(lines.length > 0 ? [{ type: 'context' as const, elements: [plain(lines.join('\n'), 1900)] }] : []),
      input,
    ],
  };
}

/** A person's word that a step was done, and what they did. */
export function attestModal(step: StepView, view: CaseView, metadata: string): types.ModalView {
  const howTo = [becauseOf(view, step), step.note].flatMap((text) => (text ? [oneLine(text)] : [])).join(' ');
  return {
    type: 'modal',
    callback_id: viewIds.attest,
    private_metadata: metadata,
    title: plain('Done by hand', 24),
    submit: plain('I did it', 24),
    close: plain('Not now', 24),
    blocks: [
      { type: 'section', text: plain(`${stepTitle(step)}\nOffboarding of ${oneLine(view.subject.displayName)}`, 600) },
      ...(howTo ? [{ type: 'section' as const, text: plain(howTo, 1500) }] : []),
      {
        type: 'input',
        block_id: fieldIds.note,
        label: plain(
          'What did you do, and where can it be seen? It is recorded with your name as your word, not as a proof.',
          300,
        ),
        element: {
          type: 'plain_text_input',
          action_id: fieldIds.note,
          multiline: true,
          min_length: 3,
          max_length: 1500,
        },
      },
    ],
  };
}

/** What a modal shows instead of its form once there is an answer. */
export function answerModal({ blocks }: Message<types.KnownBlock>): types.ModalView {
  return {
    type: 'modal',
    callback_id: viewIds.answer,
    title: plain('Exeunt', 24),
    close: plain('Close', 24),
    blocks,
  };
}

function reasonInput(label: string, optional: boolean): types.KnownBlock {
  return {
    type: 'input',
    block_id: fieldIds.reason,
    optional,
    label: plain(label, 200),
    element: { type: 'plain_text_input', action_id: fieldIds.reason, multiline: true, max_length: 1500 },
  };
}
