import { once } from '../actions/decision.ts';
import { stepOf } from '../actions/pressed.ts';
import { taskKey } from '../card-keys.ts';
import { fieldIds, viewIds } from '../ids.ts';
import type { SubmissionHandler } from '../requests.ts';

/** A person's word that a step was done by hand, submitted. */
export const submitAttest: SubmissionHandler = async (request, desk) => {
  const { actor, reply, values } = request;
  const sealed = desk.seal.open(viewIds.attest, actor.userId, request.metadata);
  const view = sealed && (await desk.engine.case(sealed.caseId));
  const step = view && stepOf(view, sealed.ref);
  if (!view || !step) return reply.say('This form is outdated. Nothing was recorded. Open it again from the card.');
  const note = values[fieldIds.note]?.trim() ?? '';
  if (note.length < 3) return reply.fault(fieldIds.note, 'Say in a few words what you did and where it can be seen.');

  await once(request, desk, {
    key: ['attest', view.id, step.id],
    card: view.id,
    act: () => desk.engine.attest({ caseId: view.id, stepId: step.id, by: actor.identity.id, note }),
  });
  desk.cards.renewSoon(taskKey(view.id, sealed.ref));
};
