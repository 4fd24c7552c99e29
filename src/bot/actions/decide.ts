import { viewIds } from '../ids.ts';
import { decideModal, type Verdict } from '../messages/modals.ts';
import type { ActionHandler, Actor, Desk } from '../requests.ts';
import { whyNotDecide } from '../rights.ts';
import { once } from './decision.ts';
import { outdated, pressedOn, type Pressed } from './pressed.ts';
import type { CaseView } from '#engine/engine.ts';
import type { Reply } from '../reply.ts';

/** Approve…, after its confirm dialog: the decision itself. */
export const approve: ActionHandler = async (request, desk) => {
  const pressed = await asked(request, desk);
  if (!pressed) return;
  const { view, ref: approvalId } = pressed;
  if (view.offboarding.state.approval?.kind !== 'contain') return outdated(request, desk, view.id);
  const { actor } = request;
  await once(request, desk, {
    key: ['decide', view.id, approvalId],
    card: view.id,
    act: () => desk.engine.decide({ caseId: view.id, approvalId, verdict: 'approved', by: actor.identity.id }),
  });
};

/** Reject…, or keep the accounts: opens the form that asks why. */
export const reject: ActionHandler = async (request, desk) => {
  const pressed = await asked(request, desk);
  if (pressed) await openDecision(request, desk, pressed.view, 'reject');
};

/** Approve deletion…: opens the form that asks for the person's address. */
export const approveDeletion: ActionHandler = async (request, desk) => {
  const pressed = await asked(request, desk);
  if (pressed) await openDecision(request, desk, pressed.view, 'approveDeletion');
};

/** Opens the form of a decision for somebody who may decide; the engine judges again when it is submitted. */
export async function openDecision(
  { actor, reply }: { readonly actor: Actor; readonly reply: Reply },
  desk: Desk,
  view: CaseView,
  verdict: Verdict,
): Promise<void> {
  const { approval } = view.offboarding.state;
  const waits = view.phase === 'awaitingApproval' || view.phase === 'awaitingDeletion';
  if (!approval || !waits)
    return reply.say(
      'This case does not ask for a decision at present. Nothing was changed; its card shows where it stands.',
    );
  const refused = whyNotDecide(actor, view);
  if (refused) return reply.say(refused);
  const ref = JSON.stringify([verdict, approval.id]);
  await reply.open(decideModal(verdict, view, desk.seal.sign(viewIds.decide, actor.userId, { caseId: view.id, ref })));
}

/** The button, when what it asks is what the case asks now. */
async function asked(request: Parameters<ActionHandler>[0], desk: Desk): Promise<Pressed | undefined> {
  const pressed = await pressedOn(request, desk);
  if (!pressed) return undefined;
  const { approval } = pressed.view.offboarding.state;
  if (approval?.id === pressed.ref) return pressed;
  await outdated(request, desk, pressed.view.id);
  return undefined;
}
