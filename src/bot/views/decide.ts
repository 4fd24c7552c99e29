import { z } from 'zod';
import { once } from '../actions/decision.ts';
import { fieldIds, viewIds } from '../ids.ts';
import type { SubmissionHandler } from '../requests.ts';

const Ref = z.tuple([z.enum(['approve', 'reject', 'approveDeletion']), z.string().min(1)]);

/** The form of a decision, submitted. Who may is judged by the engine now, not when the form was opened. */
export const submitDecision: SubmissionHandler = async (request, desk) => {
  const { actor, reply, values } = request;
  const sealed = desk.seal.open(viewIds.decide, actor.userId, request.metadata);
  const view = sealed && (await desk.engine.case(sealed.caseId));
  if (!sealed || !view)
    return reply.say('This form is not one that I showed you. Nothing was changed. Open it again from the card.');
  const [verdict, approvalId] = Ref.parse(JSON.parse(sealed.ref));

  const reason = values[fieldIds.reason]?.trim() || undefined;
  if (verdict === 'reject' && !reason)
    return reply.fault(fieldIds.reason, 'Say why, so that the requester knows what to do next.');
  const typed = values[fieldIds.confirmation]?.trim().toLowerCase();
  if (verdict === 'approveDeletion' && typed !== view.subject.email)
    return reply.fault(
      fieldIds.confirmation,
      'This is not the address of the person. Nothing was deleted; type it exactly.',
    );

  await once(request, desk, {
    key: ['decide', view.id, approvalId],
    card: view.id,
    act: () =>
      desk.engine.decide({
        caseId: view.id,
        approvalId,
        verdict: verdict === 'reject' ? 'rejected' : 'approved',
        by: actor.identity.id,
        reason,
      }),
  });
};
