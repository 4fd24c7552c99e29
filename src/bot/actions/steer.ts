import type { Answer, CaseView } from '#engine/engine.ts';
import { taskKey } from '../card-keys.ts';
import { viewIds } from '../ids.ts';
import { touched } from '../messages/card-buttons.ts';
import { attestModal } from '../messages/modals.ts';
import { isForHand } from '../messages/words.ts';
import type { ActionHandler, ActionRequest, Desk } from '../requests.ts';
import { whyNotAttest } from '../rights.ts';
import { once } from './decision.ts';
import { outdated, pressedOn, stepOf } from './pressed.ts';

/** Cancel…, after its confirm dialog. */
export const cancel: ActionHandler = (request, desk) =>
  stop(request, desk, (view) => desk.engine.cancel({ caseId: view.id, by: request.actor.identity.id }));

/** Undo…, after its confirm dialog. */
export const undo: ActionHandler = (request, desk) =>
  stop(request, desk, (view) => desk.engine.undo({ caseId: view.id, by: request.actor.identity.id }));

/** Try again: the step is done anew, from a fresh look. */
export const retryStep: ActionHandler = async (request, desk) => {
  const pressed = await pressedOn(request, desk);
  if (!pressed) return;
  const step = stepOf(pressed.view, pressed.ref);
  if (!step) return outdated(request, desk, pressed.view.id);
  await press(request, desk, pressed.view, ['retry', step.id, String(step.attempts), step.status], () =>
    desk.engine.tryAgain({ caseId: pressed.view.id, stepId: step.id, by: request.actor.identity.id }),
  );
};

/** Ask the systems again that could not be asked. */
export const lookAgain: ActionHandler = async (request, desk) => {
  const pressed = await pressedOn(request, desk);
  if (!pressed) return;
  const { view } = pressed;
  await press(request, desk, view, ['look', String(view.offboarding.state.epoch)], () =>
    desk.engine.tryAgain({ caseId: view.id, by: request.actor.identity.id }),
  );
};

/** Done by hand…: opens the form for the person's word. */
export const attest: ActionHandler = async (request, desk) => {
  const pressed = await pressedOn(request, desk, ({ caseId, ref }) => [caseId, taskKey(caseId, ref)]);
  if (!pressed) return;
  const { view, ref, key } = pressed;
  const step = stepOf(view, ref);
  if (!step || !isForHand(view, step)) return outdated(request, desk, key);
  const refused = await whyNotAttest(desk.engine, request.actor, view, step);
  if (refused) return request.reply.say(refused);
  const metadata = desk.seal.sign(viewIds.attest, request.actor.userId, { caseId: view.id, ref });
  await request.reply.open(attestModal(step, view, metadata));
};

async function stop(request: ActionRequest, desk: Desk, act: (view: CaseView) => Promise<Answer>): Promise<void> {
  const pressed = await pressedOn(request, desk);
  if (!pressed) return;
  const { view, ref } = pressed;
  // The dialog said what the yes means; since something was done, it means something else.
  if (ref !== touched(view)) return outdated(request, desk, view.id);
  await press(request, desk, view, [request.actionId, ref], () => act(view));
}

async function press(
  request: ActionRequest,
  desk: Desk,
  view: CaseView,
  key: readonly string[],
  act: () => Promise<Answer>,
): Promise<void> {
  await once(request, desk, { key: [view.id, ...key], card: view.id, act });
}
