import type { types } from '@slack/bolt';
import type { CaseView } from '#engine/engine.ts';
import { planModal } from '../messages/plan-modal.ts';
import { namesFor } from '../names.ts';
import type { ActionHandler, Actor, Desk } from '../requests.ts';
import { mayRead, noSuchCase } from '../rights.ts';
import { pressedOn } from './pressed.ts';

/** View plan: opens its first page. */
export const viewPlan: ActionHandler = async (request, desk) => {
  const pressed = await pressedOn(request, desk);
  if (!pressed) return;
  if (!(await mayRead(desk.engine, request.actor, pressed.view))) return request.reply.say(noSuchCase);
  await request.reply.open(await page(desk, request.actor, pressed.view, 1));
};

/** Earlier and later steps: turns the page of the plan that is open. */
export const turnPage: ActionHandler = async (request, desk) => {
  const pressed = await pressedOn(request, desk);
  if (!pressed) return;
  if (!(await mayRead(desk.engine, request.actor, pressed.view))) return request.reply.say(noSuchCase);
  await request.reply.change(await page(desk, request.actor, pressed.view, Number(pressed.ref)));
};

async function page(desk: Desk, { userId }: Actor, view: CaseView, number: number): Promise<types.ModalView> {
  return planModal({
    view,
    names: await namesFor(desk.engine, view),
    page: number,
    sealFor: (action, ref) => desk.seal.sign(action, userId, { caseId: view.id, ref }),
  });
}
