import type { Answer, CaseView } from '#engine/engine.ts';
import { deliverEvidence } from '../actions/evidence.ts';
import { openDecision } from '../actions/decide.ts';
import type { CommandHandler, CommandRequest, Desk } from '../requests.ts';
import { noSuchCase, readable } from '../rights.ts';

/** `/offboard approve CASE`: opens the form; nothing is ever decided by the text of a command. */
export const approveCase: CommandHandler<'approve'> = (request, desk) =>
  withCase(request, desk, (view) =>
    openDecision(
      request,
      desk,
      view,
      view.offboarding.state.approval?.kind === 'delete' ? 'approveDeletion' : 'approve',
    ),
  );

/** `/offboard reject CASE`: opens the same form, the other way. */
export const rejectCase: CommandHandler<'reject'> = (request, desk) =>
  withCase(request, desk, (view) => openDecision(request, desk, view, 'reject'));

/** `/offboard cancel CASE`. */
export const cancelCase: CommandHandler<'cancel'> = (request, desk) =>
  withCase(request, desk, (view) => stop(request, desk, view, (input) => desk.engine.cancel(input)));

/** `/offboard undo CASE`. */
export const undoCase: CommandHandler<'undo'> = (request, desk) =>
  withCase(request, desk, (view) => stop(request, desk, view, (input) => desk.engine.undo(input)));

/** `/offboard evidence CASE`. */
export const evidenceOfCase: CommandHandler<'evidence'> = (request, desk) =>
  withCase(request, desk, (view) => deliverEvidence(request, desk, view.id));

type ByCase = Pick<CommandRequest, 'actor' | 'reply'> & { readonly command: { readonly caseId: string } };

async function withCase(request: ByCase, desk: Desk, then: (view: CaseView) => Promise<void>): Promise<void> {
  const view = await readable(desk.engine, request.actor, request.command.caseId);
  await (view ? then(view) : request.reply.say(noSuchCase));
}

async function stop(
  { actor, reply }: ByCase,
  desk: Desk,
  view: CaseView,
  act: (input: { caseId: string; by: string }) => Promise<Answer>,
): Promise<void> {
  const answer = await act({ caseId: view.id, by: actor.identity.id });
  await reply.say(answer.done ? answer.say : answer.because);
  if (answer.done) desk.cards.renewSoon(view.id);
}
